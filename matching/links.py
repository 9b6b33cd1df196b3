"""The two links of a digest, per suggestion: « intéressée » and « pas pour nous ». No login needed."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from matching.forms import DeclineForm, InterestForm
from matching.models import Suggestion
from matching.notifications import DECLINE_LINK, INTEREST_LINK
from matching.operations import decline_suggestion, take_interest
from matching.policies import can_answer_suggestion
from mecenova.mail.links import OneClick, register_link

if TYPE_CHECKING:
    from accounts.models import User


class SuggestionLink(OneClick):
    max_age: ClassVar[timedelta] = timedelta(days=45)
    template: ClassVar[str] = "matching/suggestion_link.html"

    def get_subject(self, pk: uuid.UUID) -> Suggestion | None:
        return Suggestion.objects.with_parties().filter(pk=pk).first()

    def context(self, subject: Suggestion, user: "User") -> dict[str, Any]:
        return {"suggestion": subject}

    def may_act(self, subject: Suggestion, user: "User") -> bool:
        return can_answer_suggestion(user, subject)

    def still_possible(self, subject: Suggestion) -> str | None:
        if subject.is_open:
            return None
        return f"Cette suggestion n’attend plus de réponse\u00a0: {subject.get_status_display().lower()}."


@register_link
class InterestLink(SuggestionLink):
    name: ClassVar[str] = INTEREST_LINK
    title: ClassVar[str] = "Cette association vous intéresse"
    button: ClassVar[str] = "Demander une mise en relation"
    form_class: ClassVar[type[forms.Form]] = InterestForm

    def act(self, subject: Suggestion, user: "User", cleaned_data: dict[str, Any]) -> str:
        take_interest(suggestion=subject, note=cleaned_data["note"], by=user)
        name = subject.association.organisation.name
        return (
            f"Votre message est parti. {name} a quinze jours ouvrés pour répondre, et "
            "nous relançons pour vous."
        )


@register_link
class DeclineLink(SuggestionLink):
    name: ClassVar[str] = DECLINE_LINK
    title: ClassVar[str] = "Pas pour nous"
    button: ClassVar[str] = "Écarter cette suggestion"
    form_class: ClassVar[type[forms.Form]] = DeclineForm

    def act(self, subject: Suggestion, user: "User", cleaned_data: dict[str, Any]) -> str:
        decline_suggestion(
            suggestion=subject, reason=cleaned_data["reason"], note=cleaned_data["note"], by=user
        )
        return "C’est noté, merci. La raison nous aide à mieux choisir les prochaines."
