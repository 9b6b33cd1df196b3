"""One answer, from the page or from a mail's link, to the one operation it stands for."""

from typing import TYPE_CHECKING, Any

from mecenova.agenda.operations import next_step
from mecenova.agenda.wording import before
from mecenova.ui.figures import long_date
from partnerships import operations
from partnerships.forms import AnswerForm
from partnerships.models import Introduction, Partnership
from partnerships.talks import Phase, Verdict, phase_of

if TYPE_CHECKING:
    from accounts.models import User


def give_answer(introduction: Introduction, answer: dict[str, Any], *, by: "User") -> str:
    """Apply a valid AnswerForm's data; returns what to tell the person. Raises DomainError."""
    if answer["answer"] == AnswerForm.YES:
        operations.accept_introduction(introduction=introduction, by=by, note=answer["note"])
        return (
            "Merci\u202f! La réponse est transmise\u00a0: un courriel vous dit comment vous parler, "
            "et une page de partenariat est ouverte pour vous deux."
        )
    if answer["answer"] == AnswerForm.LATER:
        postponed = operations.postpone_introduction(
            introduction=introduction, later_on=answer["later_on"], by=by, note=answer["note"]
        )
        return f"C’est noté\u00a0: la question vous sera reposée le {long_date(postponed.asked_again_on)}."
    operations.decline_introduction(
        introduction=introduction, reason=answer["reason"], by=by, note=answer["note"]
    )
    return "Merci pour cette réponse claire. Elle est transmise avec sa raison."


_AFTER_TALK = {
    Verdict.TALKED: "Merci\u202f! La suite s’écrit à deux\u00a0: dites-nous quand ce sera signé.",
    Verdict.RETURN: "Merci de l’avoir dit. Chacun revient à la recherche, et un courriel vous dit comment.",
}


def report_talk(partnership: Partnership, talked: bool, *, by: "User") -> str:
    """One side's answer, and what to tell the person. Raises DomainError."""
    verdict = operations.report_talk(partnership=partnership, talked=talked, by=by)
    if verdict == Verdict.DISAGREE:
        return f"Merci. L’autre côté n’a pas répondu la même chose\u00a0: {team_calls(partnership)}"
    waiting = "Merci, c’est noté. Nous attendons la réponse de l’autre côté."
    return _AFTER_TALK.get(verdict, waiting if talked else _not_yet(partnership))


def team_calls(partnership: Partnership) -> str:
    """Two sides do not say the same: who settles it, and by when."""
    step = next_step(partnership)
    until = before(step.deadline if step else None)
    return f"une personne de l’équipe vous appelle tous les deux{until}."


def _not_yet(partnership: Partnership) -> str:
    """After the last question there is no other: what comes is the day on which silence is an answer too."""
    if phase_of(partnership.talk_turn) == Phase.LAST:
        return "Merci, c’est noté. Si rien ne vient de l’autre côté, chacun sera libre de chercher ailleurs."
    return "Merci, c’est noté. Nous vous reposerons la question dans quelques jours."
