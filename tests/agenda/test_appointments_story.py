"""Any story of appointments: advisers open hours and go away, organisations choose, wait, leave, are merged.

After each act nobody waits in the dark: whoever is to be called is, by somebody who can be there; whoever was
told of free moments has the mail, and a date is owed again to those who would find none any more.
"""

from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from accounts import operations as accounts
from accounts.enums import OrganisationStatus, Role
from accounts.models import Membership, Organisation, User
from associations.operations import register_association
from mecenova.agenda import operations as agenda
from mecenova.agenda.enums import Fate
from mecenova.agenda.followups import HoldSlot
from mecenova.agenda.models import TIME_TO_CHOOSE, Absence, Appointment, FollowUp, Slot, SlotRequest
from mecenova.agenda.operations import next_step, next_steps
from mecenova.agenda.operations.free import who_may_choose
from mecenova.agenda.operations.sharing import present
from mecenova.agenda.silence import beside, lacking, subjects_without_step
from mecenova.calendar import clock
from mecenova.mail.delivery import deliver_due
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.team import is_staff, team
from mecenova.workflow.errors import DomainError
from mecenova.workflow.models import TransitionRecord
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.agenda.calendars import Calendar
from tests.stories import Story

WHO, DAYS = st.integers(0, 5), st.integers(0, 7)
NEWS = "agenda.slots_opened"
CHOOSE_AGAIN = ["agenda.slot_called_off", "agenda.slot_missed", "agenda.slot_not_called"]
ENDS = [agenda.cancel_booking, agenda.withdraw_slot, agenda.hold_slot, agenda.miss_slot]
HOURS = st.sampled_from([9, 14, 15, 19])


def days_of(begins, lasts):
    first = clock.today() + timedelta(days=begins)
    return {"first_day": first, "last_day": first + timedelta(days=lasts)}


def written():
    """All that an act about appointments may write: what is asked twice leaves it as it was."""
    return [
        set(model._base_manager.values_list(*names))
        for model, names in (
            (Slot, ("pk", "adviser", "booked_at", "held_at", "cancelled_at")),
            (Appointment, ("pk", "slot", "booked_at", "sequence")),
            (SlotRequest, ("pk", "organisation_id", "closed_at", "told_at")),
            (FollowUp, ("pk", "outcome", "assigned_to", "due_at")),
            (Absence, ("pk", "first_day", "last_day")),
            (Membership, ("pk", "role")),
            (OutgoingMail, ("pk",)),
            (TransitionRecord, ("pk",)),
        )
    ]


class Appointments(Story):
    @initialize()
    def begin(self):
        mail.outbox.clear()
        self.left = set()
        self.advisers = [
            StaffFactory(email=f"equipe{number}@exemple.fr", is_superuser=number == 0) for number in range(3)
        ]
        for number in range(3):
            manager, other = (UserFactory(email=f"{name}{number}@exemple.fr") for name in ("anne", "bob"))
            registered = register_association(by=manager, name=f"Maison {number}", postal_code="59000")
            # The last is still to be checked.
            if number < 2:
                accounts.check_organisation(organisation=registered.organisation, by=self.advisers[0])
            MembershipFactory(organisation=registered.organisation, user=other, role=Role.CONTRIBUTOR)

        # Whatever the story draws, there are appointments to break.
        for number in range(3):
            self.hours_are_opened(number, 1 + number, 9, 2)
            self.one_is_chosen(number, 0, 0, False)

    def attempt(self, operation, **values):
        """Once, then again: refused, or as it was."""
        done = self.act(operation, values)
        if done:
            after = written()
            self.act(operation, values)
            assert written() == after, operation.__name__
        return done

    def act(self, operation, values):
        try:
            with transaction.atomic():
                operation(**values)
        except (DomainError, PermissionDenied, Http404):
            return False
        return True

    def of_team(self, who):
        return self.advisers[who % len(self.advisers)]

    def adviser(self, who):
        return User.objects.get(pk=self.of_team(who).pk)

    def organisation(self, which):
        found = list(Organisation.objects.order_by("name"))
        return found[which % len(found)]

    def somebody_of(self, organisation, who):
        found = list(organisation.members.filter(is_active=True).order_by("email"))
        return found[who % len(found)] if found else None

    def slot(self, which, **wanted):
        found = list(Slot.objects.filter(**wanted).order_by("starts_at", "adviser__email", "cancelled_at"))
        return found[which % len(found)] if found else None

    # Hours are opened, and chosen.

    @rule(who=WHO, days=st.integers(0, 6), hour=HOURS, number=st.integers(1, 2))
    def hours_are_opened(self, who, days, hour, number):
        day = clock.today() + timedelta(days=days)
        hours = {"day": day, "starts": time(hour), "ends": time(hour, 20 * number)}
        self.attempt(agenda.open_slots, adviser=self.adviser(who), by=self.adviser(0), **hours)

    @rule(which=WHO, who=WHO, slot=WHO, by_team=st.booleans())
    def one_is_chosen(self, which, who, slot, by_team):
        organisation, chosen = self.organisation(which), self.slot(slot, cancelled_at=None, booked_at=None)
        by = self.adviser(who) if by_team else self.somebody_of(organisation, who)
        if chosen and by and organisation.status != OrganisationStatus.LEFT:
            self.attempt(
                agenda.book_slot, slot=chosen, organisation_id=organisation.pk, about=organisation, by=by
            )

    @rule(which=WHO, who=WHO, by_team=st.booleans())
    def a_date_is_asked_for(self, which, who, by_team):
        organisation = self.organisation(which)
        by = self.adviser(who) if by_team else self.somebody_of(organisation, who)
        ahead = Slot.objects.to_hold().ahead().of_organisation(organisation.pk)
        if by and organisation.status != OrganisationStatus.LEFT and not ahead.exists():
            self.attempt(agenda.ask_for_slot, organisation_id=organisation.pk, about=organisation, by=by)

    @rule(which=WHO, to=WHO, who=WHO, by_team=st.booleans())
    def one_is_moved(self, which, to, who, by_team):
        slot, to = self.slot(which, booked_at__isnull=False), self.slot(to)
        if slot and (by := self.caller(slot, who, by_team)):
            self.attempt(agenda.move_booking, slot=slot, to=to, by=by)

    @rule(which=WHO, who=WHO, by_team=st.booleans(), act=st.sampled_from(ENDS))
    def one_ends(self, which, who, by_team, act):
        slot = self.slot(which, cancelled_at=None)
        if slot and (by := self.caller(slot, who, by_team)):
            self.attempt(act, slot=slot, by=by)

    def caller(self, slot, who, by_team):
        if by_team or slot.booked_by_organisation_id is None:
            return self.adviser(who)
        return self.somebody_of(Organisation.objects.get(pk=slot.booked_by_organisation_id), who)

    # Who can be there.

    @rule(who=WHO, begins=DAYS, lasts=DAYS, choices=st.lists(st.integers(0, 3), min_size=3))
    def an_adviser_goes_away(self, who, begins, lasts, choices):
        adviser, days = self.adviser(who), days_of(begins, lasts)
        if not is_staff(adviser):
            return
        to_cover = agenda.appointments_to_cover(user=adviser, **days)
        decisions = {}
        for number, one in enumerate(to_cover):
            fates = [Fate.CALL_OFF, *one.colleagues, *([Fate.HELD] if one.slot.has_begun else [])]
            decisions[one.slot.key_of_booking] = fates[choices[number % len(choices)] % len(fates)]
        self.attempt(accounts.say_person_away, person=adviser, by=adviser, decisions=decisions, **days)

    @rule(which=WHO, who=WHO, begins=DAYS, lasts=DAYS)
    def somebody_of_an_organisation_goes_away(self, which, who, begins, lasts):
        if person := self.somebody_of(self.organisation(which), who):
            self.attempt(accounts.say_person_away, person=person, by=person, **days_of(begins, lasts))

    @rule(which=WHO)
    def an_absence_is_taken_back(self, which):
        found = list(Absence.objects.order_by("first_day", "last_day", "user__email"))
        if found:
            self.attempt(accounts.forget_absence, absence=found[which % len(found)], by=self.adviser(0))

    @rule(who=st.integers(1, 2), stays=st.booleans(), switch=st.sampled_from(["is_staff", "is_active"]))
    def an_adviser_leaves_or_comes_back(self, who, stays, switch):
        self.act(
            accounts.write_account,
            {"person": self.adviser(who), "changes": {switch: stays}, "by": self.adviser(0)},
        )

    @rule(which=WHO, to=WHO)
    def an_appointment_is_given_to_another(self, which, to):
        slot = self.slot(which, booked_at__isnull=False, held_at=None, cancelled_at=None)
        step = next_step(slot) if slot else None
        if step:
            self.attempt(agenda.assign, follow_up=step, to=self.adviser(to), by=self.adviser(0))

    @rule(which=WHO, who=WHO, act=st.sampled_from(["leave", "close", "gone", "withdraw", "merge"]), other=WHO)
    def somebody_leaves(self, which, who, act, other):
        organisation = self.organisation(which)
        person = self.somebody_of(organisation, who)
        if act == "merge":
            gone = self.organisation(other)
            self.attempt(
                accounts.merge_organisations,
                kept=organisation,
                gone=gone,
                by=self.adviser(0),
                numbers_confirmed=True,
            )
        elif act == "withdraw":
            self.attempt(accounts.withdraw_organisation, organisation=organisation, by=self.adviser(0))
        elif person is None:
            return
        elif act == "leave":
            if self.attempt(accounts.leave, organisation=organisation, by=person):
                self.left.add(person.pk)
        else:
            self.attempt(accounts.close_account, person=person, by=person if act == "close" else None)

    @rule(hours=st.sampled_from([1, 4, 20, 24, 72, 170]))
    def hours_go_by(self, hours):
        self.clock.advance(timedelta(hours=hours))
        self.the_site_works()
        assert not FollowUp.objects.all().in_error().exists(), FollowUp.objects.all().in_error()[0].last_error

    def the_site_works(self):
        agenda.run_due()
        agenda.owe_dates_again()
        agenda.share_staff_steps()
        agenda.escalate_overdue_steps()
        deliver_due()
        # The next hour, what sharing took back is seen.
        agenda.owe_dates_again()
        self.each_appointment_ahead_is_somebody_s()
        self.whoever_was_told_finds_one()
        self.calendars_hold_what_is_so()

    def each_appointment_ahead_is_somebody_s(self):
        if present():
            ahead = Slot.objects.to_hold().ahead()
            assert not ahead.exclude(adviser__in=team()).exists()

    def whoever_was_told_finds_one(self):
        rows = SlotRequest.objects.told_since(clock.now() - TIME_TO_CHOOSE)
        told = set(rows.values_list("organisation_id", flat=True))
        assert not told or agenda.free_slots().exists()
        assert told <= who_may_choose(told)

    def calendars_hold_what_is_so(self):
        """Of whoever has read all that was written to them; hours gone by are nobody's concern."""
        on_its_way = OutgoingMail.objects.filter(notification__startswith="agenda.slot_", sent_at=None)
        waiting = set(on_its_way.values_list("recipient_id", flat=True))
        ahead = list(Slot.objects.to_hold().ahead())
        for adviser in team().exclude(pk__in=waiting):
            theirs = {slot.starts_at for slot in ahead if slot.adviser_id == adviser.pk}
            assert self.hours_ahead_of(adviser) == theirs, adviser
        # Who has left is written to no more.
        stayed = User.objects.filter(is_active=True, is_staff=False).exclude(pk__in=[*waiting, *self.left])
        for member in stayed.exclude(organisations__status=OrganisationStatus.LEFT):
            houses = set(member.memberships.values_list("organisation_id", flat=True))
            theirs = {slot.starts_at for slot in ahead if slot.booked_by_organisation_id in houses}
            assert self.hours_ahead_of(member) <= theirs, member

    def hours_ahead_of(self, person):
        hours = [
            datetime.strptime(hour, "%Y%m%dT%H%M%S%z") for hour in Calendar(person.email, mail.outbox).hours
        ]
        assert len(hours) == len(set(hours)), hours
        return {hour for hour in hours if hour > clock.now()}

    # What must hold.

    @invariant()
    def nothing_alive_is_without_a_step(self):
        assert list(subjects_without_step()) == []
        for name, declared in beside().items():
            assert list(lacking(declared)) == [], name
        over = Slot.objects.exclude(pk__in=Slot.objects.to_hold().values("pk"))
        assert not FollowUp.objects.about(list(over)).open().exists()
        assert not FollowUp.objects.about(list(SlotRequest.objects.exclude(closed_at=None))).open().exists()

    @invariant()
    def whoever_holds_the_step_calls(self):
        ahead = list(Slot.objects.to_hold().ahead())
        steps = next_steps(ahead)
        for slot in ahead:
            assert steps[slot.pk].rule == HoldSlot.name
            assert steps[slot.pk].assigned_to_id == slot.adviser_id

    @invariant()
    def nobody_is_in_two_places_nor_away(self):
        for person in User.objects.filter(is_staff=True):
            theirs = list(Slot.objects.standing().filter(adviser=person).order_by("starts_at"))
            assert all(one.ends_at <= following.starts_at for one, following in pairwise(theirs))
            ahead = Slot.objects.standing().ahead().filter(adviser=person)
            for absence in Absence.objects.filter(user=person):
                for slot in ahead:
                    day = clock.paris(slot.starts_at).date()
                    assert not absence.first_day <= day <= absence.last_day

    @invariant()
    def whoever_was_told_has_the_mail(self):
        for request in SlotRequest.objects.exclude(told_at=None):
            assert request.closed_at
            again = Q(notification__in=CHOOSE_AGAIN, created_at=request.told_at)
            mails = OutgoingMail.objects.filter(Q(notification=NEWS, subject_id=request.pk) | again)
            assert mails.filter(status__in=[MailStatus.PENDING, MailStatus.SENT]).exists()
            ahead = Slot.objects.to_hold().ahead().of_organisation(request.organisation_id)
            assert not ahead.exists()

    @invariant()
    def what_left_has_nothing_ahead(self):
        left = Organisation.objects.filter(status=OrganisationStatus.LEFT).values("pk")
        assert not Slot.objects.to_hold().filter(booked_by_organisation_id__in=left).exists()
        assert not SlotRequest.objects.waiting().filter(organisation_id__in=left).exists()
        assert not SlotRequest.objects.exclude(told_at=None).filter(organisation_id__in=left).exists()


@pytest.mark.django_db
def test_no_story_of_appointments_leaves_anybody_in_the_dark():
    run_state_machine_as_test(
        Appointments,
        settings=settings(
            max_examples=3,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
