"""One answer, from the page or from a mail's link, to the one operation it stands for."""

from datetime import date
from typing import TYPE_CHECKING, Any

from mecenova.agenda.operations import next_step
from mecenova.agenda.wording import before
from mecenova.ui.figures import long_date
from mecenova.workflow.journal import history
from partnerships import operations
from partnerships.enums import IntroductionStatus, PartnershipStatus
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
        replaced = _replaced(introduction, answer["later_on"], by)
        postponed = operations.postpone_introduction(
            introduction=introduction, later_on=answer["later_on"], by=by, note=answer["note"]
        )
        day = long_date(postponed.asked_again_on)
        return f"C’est noté\u00a0: la question vous sera reposée le {day}.{replaced}{_unless_over(postponed)}"
    operations.decline_introduction(
        introduction=introduction, reason=answer["reason"], by=by, note=answer["note"]
    )
    return "Merci pour cette réponse claire. Elle est transmise avec sa raison."


def _replaced(introduction: Introduction, later_on: date, by: "User") -> str:
    """Whose date this one takes the place of: the page it was given from may have been open before."""
    if not introduction.is_postponed or introduction.later_on in (None, later_on):
        return ""
    former = history(introduction).filter(verb="postpone").last()
    whose = f", donné par {former.by}" if former and former.by and former.by != by else ""
    return f" Cette date remplace le {long_date(introduction.later_on)}{whose}."


def _unless_over(introduction: Introduction) -> str:
    if not introduction.need_ends_first:
        return ""
    last = long_date(introduction.need.deadline)
    return f" Le besoin prend fin avant, le {last}\u00a0: s’il n’est pas prolongé, la demande sera close."


def what_became_of(introduction: Introduction) -> str:
    """For whoever opens the mail once nothing is asked any more."""
    return f"Cette demande n’attend plus de réponse\u00a0: {_how_it_ended(introduction)}."


def _how_it_ended(introduction: Introduction) -> str:
    answer = _ANSWERS.get(introduction.status)
    if answer and introduction.answered_at:
        return f"{introduction.answering_organisation.name} {answer} le {long_date(introduction.answered_at)}"
    if introduction.gone_organisation:
        return f"{introduction.gone_organisation.name} a quitté Mecenova"
    if introduction.withdrawn_at:
        asking = introduction.asking_organisation.name
        return f"{asking} l’a retirée le {long_date(introduction.withdrawn_at)}"
    return f"elle est close depuis le {long_date(introduction.ended_at)}"


_ANSWERS = {IntroductionStatus.YES: "a répondu oui", IntroductionStatus.NO: "a répondu non"}

_AFTER_TALK = {
    Verdict.TALKED: "Merci\u202f! La suite s’écrit à deux\u00a0: dites-nous quand ce sera signé.",
    Verdict.RETURN: "Merci de l’avoir dit. Chacun revient à la recherche, et un courriel vous dit comment.",
}


def report_talk(partnership: Partnership, talked: bool, *, by: "User") -> str:
    """One side's answer, and what to tell the person. Raises DomainError."""
    verdict = operations.report_talk(partnership=partnership, talked=talked, by=by)
    if verdict == Verdict.DISAGREE:
        return f"Merci. L’autre côté n’a pas répondu la même chose\u00a0: {team_calls(partnership)}"
    return _AFTER_TALK.get(verdict) or (_waiting(partnership) if talked else _not_yet(partnership))


def team_calls(partnership: Partnership) -> str:
    """Two sides do not say the same: who settles it, and by when."""
    step = next_step(partnership)
    until = before(step.deadline if step else None)
    return f"une personne de l’équipe vous appelle tous les deux{until}."


def what_is_so(partnership: Partnership) -> str:
    """For whoever opens the mail once nobody asks whether they talked any more."""
    so = _SINCE_THEN.get(partnership.status) or _in_discussion(partnership)
    return f"Cette question n’est plus posée\u00a0: {so}."


_SINCE_THEN = {
    PartnershipStatus.AGREED: "ce partenariat est signé",
    PartnershipStatus.ENDED: "ce partenariat est terminé",
    PartnershipStatus.ABANDONED: "ce partenariat ne se fera pas, et chacun est libre de chercher ailleurs",
    PartnershipStatus.RETURNED: "l’échange n’a pas eu lieu, et chacun est libre de chercher ailleurs",
}


def _in_discussion(partnership: Partnership) -> str:
    if partnership.talked_at:
        return f"vous vous êtes parlé, c’est noté depuis le {long_date(partnership.talked_at)}"
    return "une personne de l’équipe vous appelle d’abord, tous les deux, à propos de la signature"


def _waiting(partnership: Partnership) -> str:
    step = next_step(partnership)
    until = f",{before(step.deadline)}" if step else ""
    waited = f"Nous attendons la réponse de l’autre côté{until}"
    return f"Merci, c’est noté. {waited}\u00a0: vous n’avez plus rien à faire."


def _not_yet(partnership: Partnership) -> str:
    """After the last question there is no other: what comes is the day on which silence is an answer too."""
    step = next_step(partnership)
    if phase_of(partnership.talk_turn) == Phase.LAST:
        day = f" après le {long_date(step.deadline)}" if step else ""
        return (
            "Merci, c’est noté. Si rien ne vient de l’autre côté, chacun sera libre de chercher "
            f"ailleurs{day}."
        )
    day = f"le {long_date(step.due_at)}" if step else "dans quelques jours"
    return f"Merci, c’est noté. Nous vous reposerons la question {day}."
