"""Which slots can be chosen, by whom and how often: what the team opens is not one person's to take whole."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from mecenova.agenda import organisations
from mecenova.agenda.models import Slot, SlotQuerySet
from mecenova.calendar import clock
from mecenova.locks import hold
from mecenova.team import is_staff
from mecenova.ui.figures import day_and_hour
from mecenova.workflow.errors import DomainError
from mecenova.workflow.models import TransitionRecord

if TYPE_CHECKING:
    from accounts.models import User

# What an adviser is left to prepare.
NOTICE = timedelta(hours=2)
# Anybody can register organisations: those that nobody has checked hold together one slot in so many, or one.
ONE_IN = 3
# Each is a mail to the adviser, and given back, one to whoever waits for a slot.
MOST_CHOICES_A_DAY = 5
KEPT = (
    "Les créneaux qui restent sont gardés pour les organismes déjà vérifiés\u00a0: demandez un rendez-vous, "
    "l’équipe vous propose une date."
)


def free_slots() -> SlotQuerySet:
    """What can be chosen now, soonest first."""
    return Slot.objects.all().free(clock.now() + NOTICE).select_related("adviser").order_by("starts_at", "id")


def free_slots_for(organisation_id: UUID, *, by: "User") -> SlotQuerySet:
    """What this person can choose for it. Moving an appointment takes no more of them."""
    able = is_staff(by) or who_may_choose({organisation_id})
    return free_slots() if able else free_slots().none()


def who_may_choose(keys: set[UUID]) -> set[UUID]:
    """Of these organisations, those whose people can take what is free: of the others it is kept."""
    checked = organisations.are_checked(keys)
    if checked == keys:
        return checked
    ahead = Slot.objects.standing().ahead()
    held = {key for key in ahead.values_list("booked_by_organisation_id", flat=True).distinct() if key}
    unchecked = held - organisations.are_checked(held)
    has_room = len(unchecked) < max(1, ahead.count() // ONE_IN)
    return keys if has_room else checked | (keys & unchecked)


def refuse_unfair(organisation_id: UUID, *, by: "User") -> None:
    """One appointment ahead for an organisation, and for a person whatever their organisations.

    Under the organisation's lock; taken here, those of the person and of the share of the unchecked.
    """
    hold(f"agenda.bookings:{by.pk}")
    refuse_second(organisation_id)
    if is_staff(by):
        return
    if yours := Slot.objects.to_hold().ahead().filter(booked_by=by).first():
        name = organisations.name_of(yours.booked_by_organisation_id)
        raise DomainError(
            f"Vous avez déjà un rendez-vous, {day_and_hour(yours.starts_at)}, pour «\u202f{name}\u202f»."
            " Parlez des deux ce jour-là, ou laissez quelqu’un d’autre de l’équipe choisir."
        )
    if not organisations.are_checked([organisation_id]):
        hold("agenda.bookings_of_unchecked")
        if not free_slots_for(organisation_id, by=by).exists():
            raise DomainError(KEPT)


def refuse_second(organisation_id: UUID) -> None:
    """Under the organisation's lock: with one appointment ahead, it neither chooses another nor waits."""
    if its := Slot.objects.to_hold().ahead().of_organisation(organisation_id).first():
        raise DomainError(
            f"Vous avez déjà un rendez-vous, {day_and_hour(its.starts_at)}."
            " Déplacez-le si ce moment ne vous va plus."
        )


def refuse_all_day(*, by: "User") -> None:
    """Chosen, moved and given back: a person changes their mind a few times a day, the team as often as it is
    asked to."""
    chosen = TransitionRecord.objects.filter(verb="book", by=by, at__gt=clock.now() - timedelta(days=1))
    if not is_staff(by) and chosen.count() >= MOST_CHOICES_A_DAY:
        raise DomainError(
            "Vous avez déjà choisi cinq moments en un jour, et l’équipe l’a su par courriel à chaque fois. "
            "Gardez le dernier, ou revenez demain."
        )
