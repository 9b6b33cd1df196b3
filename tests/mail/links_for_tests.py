"""One-click actions whose answers a test decides: the subject is a person, answering renames them."""

from datetime import timedelta

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied

from mecenova.mail.links import OneClick, register_link
from mecenova.workflow.errors import TransitionRefused


class AnswerForm(forms.Form):
    note = forms.CharField(label="Votre mot", required=True)


@register_link
class Answer(OneClick):
    name = "tests.answer"
    max_age = timedelta(days=30)
    title = "Répondre à Camille"
    form_class = AnswerForm

    def get_subject(self, pk):
        return get_user_model().objects.filter(pk=pk).first()

    def still_possible(self, subject):
        return "Vous avez déjà répondu, hier." if subject.last_name == "Répondu" else None

    def act(self, subject, user, cleaned_data):
        if cleaned_data["note"] == "interdit":
            raise PermissionDenied
        if cleaned_data["note"] == "trop tard":
            get_user_model().objects.filter(pk=subject.pk).update(last_name="Répondu")
            raise TransitionRefused("Refusé.")
        if cleaned_data["note"] == "impossible":
            raise TransitionRefused("Cette action n’est plus possible.")
        get_user_model().objects.filter(pk=subject.pk).update(
            last_name="Répondu", first_name=cleaned_data["note"]
        )
        return "Votre réponse est partie."


@register_link
class Other(Answer):
    name = "tests.other"
