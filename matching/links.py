"""The links of a digest (« intéressée », « pas pour nous ») and of a diagnosis (four choices): no login."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.urls import reverse

from matching.enums import Choice, SuggestionStatus
from matching.explaining import CHOICES, draft_question, what_choosing_did, where_it_is_done, why
from matching.forms import CHOICE_FORMS, DeclineForm, InterestForm
from matching.models import Diagnosis, Suggestion
from matching.notifications import CHOICE_LINKS, DECLINE_LINK, INTEREST_LINK
from matching.operations import choose_after, decline_suggestion, take_interest, why_over
from matching.policies import can_answer_suggestion, can_choose
from mecenova.agenda.operations import next_step
from mecenova.agenda.wording import before
from mecenova.mail.departure import leaves
from mecenova.mail.links import OneClick, register_link
from mecenova.ui.contractions import to_name
from mecenova.ui.figures import long_date
from partnerships.enums import IntroductionStatus
from partnerships.models import Introduction

if TYPE_CHECKING:
    from accounts.models import User


class SuggestionLink(OneClick):
    max_age: ClassVar[timedelta] = timedelta(days=45)
    template: ClassVar[str] = "matching/suggestion_link.html"

    def get_subject(self, pk: uuid.UUID) -> Suggestion | None:
        return Suggestion.objects.with_parties().filter(pk=pk).first()

    def context(self, subject: Suggestion, user: "User") -> dict[str, Any]:
        return {"suggestion": subject, "asked": subject.asked}

    def may_act(self, subject: Suggestion, user: "User") -> bool:
        return can_answer_suggestion(user, subject)

    def still_possible(self, subject: Suggestion) -> str | None:
        if subject.is_open:
            return None
        return f"Cette suggestion n’attend plus de réponse\u00a0: {_what_became_of(subject)}."

    def looks_back(self, subject: Suggestion) -> tuple[str, str]:
        return reverse("matching:suggestions"), "Voir vos suggestions"


def _what_became_of(suggestion: Suggestion) -> str:
    association, company = suggestion.association.organisation.name, suggestion.company.organisation.name
    if suggestion.status == SuggestionStatus.INTERESTED:
        return f"{company} a écrit {to_name(association)} le {long_date(suggestion.answered_at)}"
    if suggestion.status == SuggestionStatus.DECLINED:
        return f"{company} a répondu non le {long_date(suggestion.answered_at)}"
    return f"nous ne vous proposons plus {association} pour ce besoin"


def what_interest_did(introduction: Introduction) -> str:
    """Said to the company, whichever button it pressed."""
    step, name = next_step(introduction), introduction.association.organisation.name
    if introduction.status == IntroductionStatus.YES:
        return (
            f"{name} vous avait déjà écrit\u00a0: votre message vaut un oui, "
            "et une page de partenariat est ouverte."
        )
    until = before(step.deadline if step else None)
    return (
        f"Votre message se lit déjà sur le site\u202f; le courriel qui l’annonce {leaves()}. "
        f"{name} vous répond{until}, et nous relançons pour vous."
    )


@register_link
class InterestLink(SuggestionLink):
    name: ClassVar[str] = INTEREST_LINK
    title: ClassVar[str] = "Cette association vous intéresse"
    button: ClassVar[str] = "Demander une mise en relation"
    form_class: ClassVar[type[forms.Form]] = InterestForm

    def act(self, subject: Suggestion, user: "User", cleaned_data: dict[str, Any]) -> str:
        return what_interest_did(take_interest(suggestion=subject, note=cleaned_data["note"], by=user))


@register_link
class DeclineLink(SuggestionLink):
    name: ClassVar[str] = DECLINE_LINK
    title: ClassVar[str] = "Pas pour nous"
    button: ClassVar[str] = "Écarter cette suggestion"

    def get_form(self, subject: Suggestion, user: "User", data: Any = None) -> forms.Form:
        return DeclineForm(data, kind=subject.need.kind)

    def act(self, subject: Suggestion, user: "User", cleaned_data: dict[str, Any]) -> str:
        decline_suggestion(
            suggestion=subject, reason=cleaned_data["reason"], note=cleaned_data["note"], by=user
        )
        return "C’est noté, merci. La raison nous aide à mieux choisir les prochaines."


class ChoiceLink(OneClick):
    """One of the four choices: its page says what it does, its form does it."""

    max_age: ClassVar[timedelta] = timedelta(days=60)
    template: ClassVar[str] = "matching/diagnosis_link.html"
    choice: ClassVar[Choice]
    goes_on_by: ClassVar[str] = "Voir le projet"

    def get_subject(self, pk: uuid.UUID) -> Diagnosis | None:
        return Diagnosis.objects.with_project().filter(pk=pk).first()

    def context(self, subject: Diagnosis, user: "User") -> dict[str, Any]:
        return {"diagnosis": subject, "why": why(subject), "means": CHOICES[self.choice]}

    def get_form(self, subject: Diagnosis, user: "User", data: Any = None) -> forms.Form:
        return CHOICE_FORMS[self.choice](data, initial={"question": draft_question(subject.project)})

    def may_act(self, subject: Diagnosis, user: "User") -> bool:
        return can_choose(user, subject)

    def still_possible(self, subject: Diagnosis) -> str | None:
        return why_over(subject) or None

    def act(self, subject: Diagnosis, user: "User", cleaned_data: dict[str, Any]) -> str:
        return what_choosing_did(choose_after(diagnosis=subject, choice=self.choice, by=user, **cleaned_data))

    def goes_on(self, subject: Diagnosis) -> tuple[str, str]:
        return where_it_is_done(subject, self.choice), self.goes_on_by

    def looks_back(self, subject: Diagnosis) -> tuple[str, str]:
        return subject.project.get_absolute_url(), "Voir le projet"


@register_link
class RewriteLink(ChoiceLink):
    name: ClassVar[str] = CHOICE_LINKS[Choice.REWRITE]
    title: ClassVar[str] = "Réécrire le projet"
    button: ClassVar[str] = "Oui, nous le réécrivons"
    goes_on_by: ClassVar[str] = "Réécrire le projet"
    choice = Choice.REWRITE


@register_link
class WidenLink(ChoiceLink):
    name: ClassVar[str] = CHOICE_LINKS[Choice.WIDEN]
    title: ClassVar[str] = "Élargir le projet"
    button: ClassVar[str] = "Oui, nous l’élargissons"
    goes_on_by: ClassVar[str] = "Voir comment l’élargir"
    choice = Choice.WIDEN


@register_link
class CoBuildLink(ChoiceLink):
    name: ClassVar[str] = CHOICE_LINKS[Choice.CO_BUILD]
    title: ClassVar[str] = "Co-construire le projet"
    button: ClassVar[str] = "Ajouter cette demande"
    choice = Choice.CO_BUILD


@register_link
class PauseLink(ChoiceLink):
    name: ClassVar[str] = CHOICE_LINKS[Choice.PAUSE]
    title: ClassVar[str] = "Mettre le projet en pause"
    button: ClassVar[str] = "Mettre en pause"
    choice = Choice.PAUSE
