"""`{% load delays %}… sous {% promised "accounts.staff_check" %}`: the delay that the team has set."""

from django import template

from mecenova.agenda.delays import promised_in_words

register = template.Library()

register.simple_tag(promised_in_words, name="promised")
