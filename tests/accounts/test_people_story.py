"""Any story of the network, with its people: they join, leave, are away, close; their records are erased.

Beside what the other stories keep: nobody who has left is written to, nobody is told the same thing twice, a
team all away is away, the attention spent adds up, and what is asked twice changes nothing the second time.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, F, Q
from django.http import Http404
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from accounts import operations as accounts
from accounts.enums import OrganisationStatus, Role
from accounts.models import Invitation, Membership, Organisation
from accounts.models.user import CLOSED_DOMAIN
from associations import operations as associations
from companies import operations as companies
from matching import operations as matching
from matching.models import Suggestion
from mecenova.agenda.models import Absence, FollowUp
from mecenova.calendar import clock
from mecenova.mail.delivery import deliver_due
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.workflow.errors import DomainError
from mecenova.workflow.models import TransitionRecord
from partnerships.enums import Side
from partnerships.models import AttentionEntry, AttentionMonth, Introduction, Partnership
from tests.agenda.test_one_next_step import WHICH, Network

# Each time is another: a record, a call.
EACH_TIME = {
    associations.create_project,
    companies.create_need,
    associations.note_call,
    companies.record_call,
    matching.note_call,
}
# What is still said to somebody all of whose organisations have left.
TO_WHO_LEFT = {
    "accounts.organisation_withdrawn",
    "accounts.removed_from_team",
    "accounts.claim_received",
    "accounts.claim_delayed",
    "accounts.claim_refused",
    "mail.message",
    "mail.weekly_digest",
}
WRITTEN = {
    Organisation: ("pk", "status"),
    Introduction: ("pk", "status"),
    Partnership: ("pk", "status"),
    Suggestion: ("pk", "status"),
    AttentionEntry: ("pk", "returned_at"),
    Absence: ("pk", "first_day", "last_day"),
    Membership: ("pk", "role"),
    OutgoingMail: ("pk",),
    TransitionRecord: ("pk", "verb"),
}


def written():
    """All that an act may write and that people see: what is asked twice leaves it as it was."""
    rows = {model: set(model._base_manager.values_list(*names)) for model, names in WRITTEN.items()}
    steps = FollowUp.objects.open().values_list("rule", "subject_id", "occurrence", "due_at")
    return {**rows, FollowUp: set(steps)}


def days_of(begins, lasts):
    first = clock.today() + timedelta(days=begins)
    return {"first_day": first, "last_day": first + timedelta(days=lasts)}


def days_away(absences):
    """From today on."""
    today = clock.today()
    return {
        one.first_day + timedelta(days=number)
        for one in absences
        for number in range((one.last_day - one.first_day).days + 1)
        if one.first_day + timedelta(days=number) >= today
    }


class NetworkOfPeople(Network):
    @initialize()
    def begin(self):
        self.sent = set()
        super().begin()
        for which in (0, 1):
            self.somebody_joins(which, Role.CONTRIBUTOR)
        self.a_round_is_run()

    def attempt(self, operation, **values):
        """Once, then again at the same moment."""
        self.clock.advance(timedelta(seconds=1))
        done, found = self.act(operation, **values)
        if done and operation not in EACH_TIME:
            after = written()
            self.act(operation, **values)
            assert written() == after, operation.__name__
        return found

    def act(self, operation, **values):
        """Whether it was done, and what it gave."""
        try:
            with transaction.atomic():
                return True, operation(**values)
        except (DomainError, PermissionDenied, Http404):
            return False, None

    def member(self, organisation, who):
        found = list(organisation.members.filter(is_active=True).order_by("email"))
        return found[who % len(found)] if found else None

    # Who is of a team.

    @rule(which=WHICH, role=st.sampled_from(Role))
    def somebody_joins(self, which, role):
        """Asked by whoever runs the team; by the site's, to run it, where nobody does."""
        organisation, newcomer = self.pick(Organisation, which), self.newcomer()
        managers = organisation.memberships.managers().order_by("user__email")
        first = managers.first()
        asked = {"role": role, "by": first.user} if first else {"role": Role.MANAGER, "by": self.staff}
        self.attempt(accounts.invite_member, organisation=organisation, email=newcomer.email, **asked)
        if invitation := Invitation.objects.filter(email=newcomer.email).first():
            self.attempt(accounts.accept_invitation, invitation=invitation, by=newcomer)

    @rule(which=WHICH, who=WHICH, by=WHICH)
    def somebody_is_removed(self, which, who, by):
        organisation = self.pick(Organisation, which)
        person = self.member(organisation, who)
        if person:
            membership = organisation.memberships.get(user=person)
            self.attempt(accounts.remove_member, membership=membership, by=self.member(organisation, by))

    @rule(which=WHICH, who=WHICH)
    def somebody_leaves(self, which, who):
        organisation = self.pick(Organisation, which)
        if person := self.member(organisation, who):
            self.attempt(accounts.leave, organisation=organisation, by=person)

    @rule(which=WHICH, who=WHICH, themselves=st.booleans())
    def an_account_is_closed(self, which, who, themselves):
        """By its owner, or by the site, of somebody who has not come for years."""
        if person := self.member(self.pick(Organisation, which), who):
            self.attempt(accounts.close_account, person=person, by=person if themselves else None)

    @rule(which=WHICH, who=WHICH, active=st.booleans())
    def an_account_is_switched(self, which, who, active):
        """By the team; the journal tells each time."""
        people = self.pick(Organisation, which).members.exclude(is_active=active).order_by("email")
        if people:
            person = people[who % len(people)]
            self.act(accounts.write_account, person=person, changes={"is_active": active}, by=self.staff)

    @rule(which=WHICH, who=WHICH, begins=st.integers(0, 20), lasts=st.integers(0, 60))
    def somebody_is_away(self, which, who, begins, lasts):
        person = self.member(self.pick(Organisation, which), who)
        if person:
            self.attempt(accounts.say_person_away, person=person, by=person, **days_of(begins, lasts))

    @rule(which=WHICH, begins=st.integers(0, 20), lasts=st.integers(0, 60), but=st.none() | WHICH)
    def a_team_is_away(self, which, begins, lasts, but):
        """All of it, or all but one."""
        people = list(self.pick(Organisation, which).members.filter(is_active=True).order_by("email"))
        stays = None if but is None or not people else people[but % len(people)]
        for person in people:
            if person != stays:
                self.attempt(accounts.say_person_away, person=person, by=person, **days_of(begins, lasts))

    # What becomes of records.

    @rule(which=WHICH)
    def a_record_that_left_is_erased(self, which):
        organisation = self.pick(Organisation, which, status=OrganisationStatus.LEFT)
        if organisation:
            self.attempt(accounts.erase_organisation, organisation=organisation, by=self.staff)

    @rule(one=WHICH, other=WHICH)
    def two_records_are_one(self, one, other):
        kept = self.pick(Organisation, one)
        both = {"kept": kept, "gone": self.pick(Organisation, other, kind=kept.kind)}
        self.attempt(accounts.merge_organisations, **both, by=self.staff, numbers_confirmed=True)

    # What is suggested, and what is sent.

    @rule()
    def a_round_is_run(self):
        self.clock.advance(timedelta(seconds=1))
        matching.run_round()

    def suggested(self, which):
        found = list(Suggestion.objects.order_by("presented_at", "association__organisation__name"))
        return found[which % len(found)] if found else None

    @rule(which=WHICH, who=WHICH, answer=st.sampled_from(["seen", "no", "yes"]))
    def a_suggestion_is_answered(self, which, who, answer):
        suggestion = self.suggested(which)
        by = self.member(suggestion.company.organisation, who) if suggestion else None
        if by is None:
            return
        operation, values = {
            "seen": (matching.mark_seen, {}),
            "no": (matching.decline_suggestion, {"reason": "timing"}),
            "yes": (matching.take_interest, {"note": "Parlons-en."}),
        }[answer]
        self.attempt(operation, suggestion=suggestion, by=by, **values)

    @rule(which=WHICH, side=st.sampled_from(Side))
    def one_of_a_suggestion_leaves(self, which, side):
        if suggestion := self.suggested(which):
            organisation = getattr(suggestion, side).organisation
            self.attempt(accounts.withdraw_organisation, organisation=organisation, by=None)

    @rule(days=st.sampled_from([1, 3, 8, 16, 32]))
    def days_go_by_and_mails_leave(self, days):
        self.days_go_by(days)
        deliver_due()
        news = OutgoingMail.objects.sent().exclude(pk__in=self.sent).select_related("recipient")
        for mail in news:
            self.sent.add(mail.pk)
            if mail.recipient is None or mail.recipient.is_staff:
                continue
            assert mail.recipient.is_active, mail.notification
            teams = Organisation.objects.filter(memberships__user=mail.recipient)
            if not teams.exclude(status=OrganisationStatus.LEFT).exists():
                assert mail.notification in TO_WHO_LEFT, mail.subject

    # What must hold.

    @invariant()
    def nobody_is_told_the_same_thing_twice(self):
        told = OutgoingMail.objects.exclude(status=MailStatus.CANCELLED)
        told = told.values("recipient", "subject", "text", "created_at__date")
        twice = told.annotate(number=Count("pk")).filter(number__gt=1)
        assert not twice.exists(), list(twice)

    @invariant()
    def the_attention_spent_adds_up(self):
        held = Count("entries", filter=Q(entries__returned_at__isnull=True))
        months = AttentionMonth.objects.annotate(held=held)
        assert not months.exclude(spent=F("held")).exists()
        assert not months.filter(spent__gt=F("capacity")).exists()

    @invariant()
    def who_is_suggested_is_here(self):
        left = Q(association__organisation__status=OrganisationStatus.LEFT)
        left |= Q(company__organisation__status=OrganisationStatus.LEFT)
        assert not Suggestion.objects.open().filter(left).exists()

    @invariant()
    def whoever_closed_is_of_no_team(self):
        assert not Membership.objects.filter(user__email__endswith=f"@{CLOSED_DOMAIN}").exists()

    @invariant()
    def each_team_keeps_somebody_in_charge(self):
        """Switched off by the site's or not: its last manager neither leaves nor is taken away."""
        here = Membership.objects.exclude(organisation__status=OrganisationStatus.LEFT)
        teams = here.values_list("organisation", flat=True).distinct()
        assert set(teams) == set(teams.filter(role=Role.MANAGER))

    @invariant()
    def a_team_all_away_is_away(self):
        """On the days when all its members are, and on no other."""
        for organisation in Organisation.objects.exclude(status=OrganisationStatus.LEFT):
            people = organisation.members.filter(is_active=True)
            each = [days_away(Absence.objects.filter(user=person)) for person in people]
            deduced = Absence.objects.filter(organisation_id=organisation.pk, of_members=True)
            assert days_away(deduced) == (set.intersection(*each) if each else set()), organisation


@pytest.mark.django_db
def test_no_story_of_people_leaves_anybody_in_the_dark():
    run_state_machine_as_test(
        NetworkOfPeople,
        settings=settings(
            max_examples=3,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
