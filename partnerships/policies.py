"""Who may do what with an introduction and a partnership. Nothing here writes."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from accounts.operations import check_promised_by
from accounts.policies import is_manager, is_member
from associations.models import Association
from companies.models import Company, Need
from companies.readiness import door_is_closed
from mecenova.agenda.models import FollowUp
from mecenova.agenda.wording import before
from mecenova.calendar import clock
from mecenova.team import is_staff
from mecenova.ui.contractions import to_name
from mecenova.ui.figures import short_date
from mecenova.workflow.journal import history
from partnerships.enums import SAYING_SIGNED, Side
from partnerships.models import Introduction, Partnership

if TYPE_CHECKING:
    from accounts.models import User

A_DAY = timedelta(days=1)
# What tells the other side by mail each time is not said again all day long.
TIMES_A_DAY = 3


def can_view_introduction(user: "User", introduction: Introduction) -> bool:
    return bool(
        is_staff(user)
        or is_member(user, introduction.association.organisation)
        or is_member(user, introduction.company.organisation)
    )


def can_answer_introduction(user: "User", introduction: Introduction) -> bool:
    """Only the side that was asked answers; staff never answers for it."""
    return is_member(user, introduction.answering_organisation)


def asked_introduction(user: "User", introduction: Introduction) -> bool:
    """The side that asked: what to do after a « no » is for it alone."""
    return is_member(user, introduction.asking_organisation)


def can_withdraw_introduction(user: "User", introduction: Introduction) -> bool:
    """Whoever is of the side that asked, as long as it is open."""
    return introduction.is_open and asked_introduction(user, introduction)


def can_ask_introduction(user: "User", association: Association, company: Company, side: str) -> bool:
    """Whoever is of the side that asks; whether it may ask today is said by `why_not_ask`."""
    return is_member(user, association.organisation if side == Side.ASSOCIATION else company.organisation)


def why_not_signed_on(partnership: Partnership, day: date) -> str | None:
    """Why this cannot be the day of its signature, or None."""
    if day > clock.today():
        return "La date de signature est à venir. Revenez le dire quand ce sera signé."
    if day < partnership.asked_on:
        return f"La signature ne vient pas avant la demande, le {short_date(partnership.asked_on)}."
    return None


def can_view_partnership(user: "User", partnership: Partnership) -> bool:
    return is_staff(user) or can_abandon_partnership(user, partnership)


def can_abandon_partnership(user: "User", partnership: Partnership) -> bool:
    return partnership.parties.filter(organisation__memberships__user=user).exists()


def party_of(user: "User", partnership: Partnership) -> Organisation | None:
    """The party this person speaks for; of two, the one that still owes an answer."""
    own = [one for one in partnership.present_organisations() if is_member(user, one)]
    waiting = partnership.without_a_yes() if partnership.is_in_discussion else []
    if partnership.reflection_moment:
        waiting = partnership.without_words(partnership.reflection_moment)
    return next((one for one in own if one in waiting), own[0] if own else None)


def can_speak_for_partnership(user: "User", partnership: Partnership) -> bool:
    """Say whether they talked, and write what came of it: anybody of a party."""
    return party_of(user, partnership) is not None


def can_manage_partnership(user: "User", partnership: Partnership) -> bool:
    """Say that it is signed, goes on or ends: those who run a party."""
    return any(is_manager(user, one) for one in partnership.present_organisations())


def can_contest_signature(user: "User", partnership: Partnership) -> bool:
    """Those who run a party, but the one whose people said last that it is signed, on which dates."""
    if not partnership.is_agreed:
        return False
    said = history(partnership).filter(verb__in=SAYING_SIGNED).last()
    by = said.by if said else None
    others = [one for one in partnership.present_organisations() if by is None or not is_member(by, one)]
    return any(is_manager(user, one) for one in others)


def can_settle_partnership(user: "User", partnership: Partnership) -> bool:
    """A person of the team who is of neither side."""
    return is_staff(user) and party_of(user, partnership) is None


def can_edit_refusal_steps(user: "User") -> bool:
    return is_staff(user)


def owes(user: "User", step: FollowUp) -> bool:
    """Whether the person reading is of the organisation that owes this step."""
    owner_id = step.owing_organisation_id
    return owner_id is not None and Organisation.objects.of(user).filter(pk=owner_id).exists()


def why_not_ask(association: Association, company: Company, need: Need | None, side: str) -> str | None:
    """The French reason why these two cannot be introduced now, or None when nothing stands in the way."""
    return (
        _why_organisations_are_not_ready(association, company, side)
        or why_not_solicited(association, side)
        or why_door_is_closed(company, side)
        or _why_need_is_over(need)
        or _why_it_is_under_way(association, company, need, side)
        or _why_it_was_refused(association, company, side)
        or _why_taken_back_too_often(association, company, side)
    )


def why_not_again(subject: Introduction | Partnership, verb: str, by: "User") -> str | None:
    """Why this person has said this often enough for today, or None: each time a mail has left."""
    said = history(subject).filter(verb=verb, by=by, at__gt=clock.now() - A_DAY)
    if said.count() < TIMES_A_DAY:
        return None
    return (
        "Vous l’avez déjà dit trois fois en un jour, et chaque fois un courriel est parti à l’autre côté. "
        "Appelez-le, ou revenez demain."
    )


def why_it_waits(introduction: Introduction) -> str | None:
    """Why a request that waits for a place would not leave even with one; asked again each time one is free.

    Since it was made, its association may have paused or become an expert only, or been told no; the company
    may have closed its door, or be left without anybody to answer.
    """
    association, company, side = introduction.association, introduction.company, introduction.asked_by_side
    return (
        _why_organisations_are_not_ready(association, company, side)
        or why_not_solicited(association, side)
        or why_door_is_closed(company, side)
        or _why_it_was_refused(association, company, side)
    )


def waits_until(introduction: Introduction) -> date | None:
    """The day from which a request in the queue can leave again, when a date keeps it; else None."""
    association, company = introduction.association, introduction.company
    days = []
    if association.is_paused and association.paused_until:
        days.append(association.paused_until + timedelta(days=1))
    refused = refusal_in_force(association, company, introduction.asked_by_side)
    if refused is not None and refused.retry_on is not None:
        days.append(refused.retry_on)
    return max(days, default=None)


def why_not_yet(organisation: Organisation) -> str | None:
    """What its own people are told before they ask: not checked yet, by when it will be, what to do first."""
    if organisation.is_checked:
        return None
    if organisation.status == OrganisationStatus.CHANGES_ASKED:
        return (
            f"{organisation.name} n’est pas encore un membre vérifié\u00a0: l’équipe attend les précisions "
            "qu’elle vous a demandées. Complétez votre fiche\u00a0: vous pourrez ensuite écrire aux autres."
        )
    return (
        f"{organisation.name} n’est pas encore un membre vérifié. Nous lisons votre fiche"
        f"{before(check_promised_by(organisation))}\u202f; vous pourrez alors demander une mise en relation. "
        "D’ici là, complétez-la\u00a0: c’est elle que l’autre côté lira."
    )


def _why_organisations_are_not_ready(association: Association, company: Company, side: str) -> str | None:
    own, other = association.organisation, company.organisation
    if side == Side.COMPANY:
        own, other = other, own
    if not other.is_checked:
        return (
            f"{other.name} n’est pas encore un membre vérifié. "
            "Vous pourrez demander une mise en relation dès que l’équipe aura vérifié sa fiche."
        )
    return why_not_yet(own) or _why_nobody_would_answer(other)


def _why_nobody_would_answer(asked: Organisation) -> str | None:
    """Checked elsewhere before anybody came, or left by its last person: no one would read."""
    if asked.active_members():
        return None
    return (
        f"Personne n’a de compte aujourd’hui pour {asked.name}\u00a0: votre message n’aurait pas de lecteur. "
        "L’équipe IMS cherche qui y répondra\u202f; d’ici là, écrivez à d’autres."
    )


def why_door_is_closed(company: Company, side: str) -> str | None:
    """What an association is told of a company that looks at nobody for now; the company may still write."""
    if side == Side.COMPANY or not door_is_closed(company):
        return None
    return (
        f"{company.organisation.name} n’étudie pas de nouvelle association en ce moment. "
        "Sa fiche le dira quand cela changera\u202f; d’ici là, regardez les besoins d’autres entreprises."
    )


def why_not_solicited(association: Association, side: str) -> str | None:
    """An expert only, or in pause: its own people are told what to change, the company when it may write."""
    own = side == Side.ASSOCIATION
    if association.is_expert_only:
        if own:
            return (
                "Votre association est présente comme experte seulement. "
                "Pour demander une mise en relation, changez d’abord sa position dans sa fiche."
            )
        return "Cette association est présente comme experte\u00a0: elle ne souhaite pas être sollicitée."
    if association.is_paused:
        until = short_date(association.paused_until)
        if own:
            return f"Votre association est en pause jusqu’au {until}. Levez-la dans sa fiche pour continuer."
        return f"Cette association est en pause jusqu’au {until}. Vous pourrez la contacter ensuite."
    return None


def _why_need_is_over(need: Need | None) -> str | None:
    if need is None:
        return None
    if not Need.objects.current().filter(pk=need.pk).exists():
        return "Ce besoin n’est plus ouvert. Regardez les autres besoins publiés par les entreprises."
    return None


def already_asked(living: Introduction, side: str) -> str:
    """What this side is told when it would ask, as long as this one lives."""
    if not living.is_open:
        return "Vous êtes déjà en relation avec cette entreprise pour ce besoin."
    if living.asked_by_side == side:
        return "Vous avez déjà une demande en cours."
    if side == Side.ASSOCIATION:
        return "Cette entreprise vous a déjà écrit à ce sujet\u00a0: c’est à vous de répondre."
    if living.is_queued:
        return "Cette association vous a déjà écrit\u00a0: sa demande attend une place chez vous."
    return "Cette association vous a déjà écrit\u00a0: c’est à vous de répondre."


def _why_it_is_under_way(
    association: Association, company: Company, need: Need | None, side: str
) -> str | None:
    """Asked about the same need and living: there is a page where it goes on."""
    if need is None:
        return None
    living = Introduction.objects.living().filter(association=association, company=company, need=need).first()
    return f"{already_asked(living, side)} Poursuivez sur sa page." if living else None


def _why_it_was_refused(association: Association, company: Company, side: str) -> str | None:
    """Who was told no waits for the date it was given; who said no may change its mind at any time."""
    refused = refusal_in_force(association, company, side)
    return why_refused(refused) if refused else None


def _why_taken_back_too_often(association: Association, company: Company, side: str) -> str | None:
    """Asked then taken back, each has told the other side: its people are not written to all day."""
    asked = Introduction.objects.filter(association=association, company=company, asked_by_side=side)
    taken_back = asked.filter(requested_at__isnull=False, withdrawn_at__gt=clock.now() - A_DAY)
    if taken_back.count() < TIMES_A_DAY:
        return None
    other = company.organisation if side == Side.ASSOCIATION else association.organisation
    return (
        f"En un jour, vous avez déjà retiré trois demandes faites {to_name(other.name)}, qui les avait "
        "reçues par courriel. Prenez le temps d’écrire la prochaine, et revenez demain."
    )


def why_refused(refused: Introduction) -> str:
    """The « no » that keeps its side from asking again, and until when."""
    about = refused.need or refused.project
    named = f" «\u202f{about}\u202f»" if about else ""
    whatever = ", pour tout besoin," if refused.asked_by_side == Side.ASSOCIATION else ""
    return (
        f"{refused.answering_organisation.name} a répondu non à votre demande{named} "
        f"le {short_date(refused.answered_at)}\u00a0: vous pourrez lui écrire de nouveau{whatever} "
        f"à partir du {short_date(refused.retry_on)}."
    )


def refusal_in_force(association: Association, company: Company, side: str) -> Introduction | None:
    """The « no » that this side was told and that still holds, the longest of them."""
    asked = Introduction.objects.filter(association=association, company=company, asked_by_side=side)
    held = asked.refused_until_after(clock.today()).with_parties()
    return held.order_by("-retry_on", "pk").first()
