"""What can be answered from a mail, without logging in: yes, later or no; and « we talked », or not yet."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from mecenova.agenda.operations import next_step
from mecenova.mail.links import OneClick, register_link
from partnerships.answering import give_answer, report_talk, team_calls, what_became_of, what_is_so
from partnerships.forms import AnswerForm, TalkForm
from partnerships.models import Introduction, Partnership
from partnerships.notifications import ANSWER_LINK, TALK_LINK
from partnerships.policies import can_answer_introduction, can_speak_for_partnership, party_of

if TYPE_CHECKING:
    from accounts.models import User


@register_link
class AnswerLink(OneClick):
    name: ClassVar[str] = ANSWER_LINK
    # As long as an introduction can wait for its answer, holidays included.
    max_age: ClassVar[timedelta] = timedelta(days=90)
    template: ClassVar[str] = "partnerships/answer_link.html"
    title: ClassVar[str] = "Répondre à une demande"
    button: ClassVar[str] = "Envoyer ma réponse"
    form_class: ClassVar[type[forms.Form]] = AnswerForm

    def get_subject(self, pk: uuid.UUID) -> Introduction | None:
        return Introduction.objects.with_parties().filter(pk=pk).first()

    def context(self, subject: Introduction, user: "User") -> dict[str, Any]:
        step = next_step(subject) if subject.is_waiting else None
        return {
            "introduction": subject,
            "asking": subject.asking_organisation,
            "deadline": step.deadline if step else None,
        }

    def get_form(self, subject: Introduction, user: "User", data: Any = None) -> AnswerForm:
        return AnswerForm(data, introduction=subject)

    def may_act(self, subject: Introduction, user: "User") -> bool:
        return can_answer_introduction(user, subject)

    def still_possible(self, subject: Introduction) -> str | None:
        return None if subject.is_waiting or subject.is_postponed else what_became_of(subject)

    def act(self, subject: Introduction, user: "User", cleaned_data: dict[str, Any]) -> str:
        return give_answer(subject, cleaned_data, by=user)

    def goes_on(self, subject: Introduction) -> tuple[str, str]:
        return subject.get_absolute_url(), "Ouvrir la demande sur le site"


@register_link
class TalkLink(OneClick):
    name: ClassVar[str] = TALK_LINK
    # As long as the question can be asked, holidays included.
    max_age: ClassVar[timedelta] = timedelta(days=90)
    template: ClassVar[str] = "partnerships/talk_link.html"
    title: ClassVar[str] = "Vous êtes-vous parlé\u202f?"
    button: ClassVar[str] = "Envoyer ma réponse"
    form_class: ClassVar[type[forms.Form]] = TalkForm

    def get_subject(self, pk: uuid.UUID) -> Partnership | None:
        return Partnership.objects.filter(pk=pk).first()

    def context(self, subject: Partnership, user: "User") -> dict[str, Any]:
        said = subject.last_word_of(party_of(user, subject))
        # Whoever said yes waits for nothing: nobody contradicts it but the other side.
        waits = subject.is_asked_whether_they_talked and not (said and said.talked)
        step = next_step(subject) if waits else None
        return {
            "partnership": subject,
            "organisations": subject.organisations(),
            "said": said,
            "deadline": step.deadline if step else None,
            "team_calls": team_calls(subject) if subject.disagreement_at else "",
        }

    def get_form(self, subject: Partnership, user: "User", data: Any = None) -> TalkForm:
        return TalkForm(data, partnership=subject)

    def may_act(self, subject: Partnership, user: "User") -> bool:
        return can_speak_for_partnership(user, subject)

    def still_possible(self, subject: Partnership) -> str | None:
        return None if subject.may_still_talk else what_is_so(subject)

    def act(self, subject: Partnership, user: "User", cleaned_data: dict[str, Any]) -> str:
        return report_talk(subject, cleaned_data["talked"] == TalkForm.YES, by=user)

    def goes_on(self, subject: Partnership) -> tuple[str, str]:
        return subject.get_absolute_url(), "Ouvrir la page du partenariat"
