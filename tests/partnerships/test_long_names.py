"""Two organisations of the longest names: what is composed of them fits where it is kept."""

import pytest
from django.urls import reverse

from accounts.models import Organisation
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import start
from partnerships.followups import AnswerIntroduction, ReplyLater, SendQueuedIntroduction, TellTrueStatus
from partnerships.models import Partnership
from partnerships.operations import accept_introduction

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(pair):
    for organisation, letter in ((pair.association.organisation, "É"), (pair.company.organisation, "W")):
        organisation.name = letter * Organisation._meta.get_field("name").max_length
        organisation.save()
    return pair


def test_a_partnership_about_no_need_bears_both_names(named):
    accept_introduction(introduction=named.ask(need=None), by=named.answerer)
    names = named.association.organisation.name, named.company.organisation.name
    assert Partnership.objects.get().title == " et ".join(names)


def test_a_yes_from_the_page(named, client):
    introduction = named.ask(need=None)
    client.force_login(named.answerer)
    answer = reverse("partnerships:introduction_answer", args=[introduction.pk])
    assert client.post(answer, {"answer": "yes"}, follow=True).status_code == 200
    assert Partnership.objects.get().introduction == introduction


@pytest.mark.parametrize("rule", [AnswerIntroduction, TellTrueStatus, ReplyLater, SendQueuedIntroduction])
def test_each_step_of_a_request_names_them(named, rule):
    introduction = named.ask(need=None)
    FollowUp.objects.all().delete()
    start(rule, introduction)
    assert FollowUp.objects.get().what == rule().what(introduction)
