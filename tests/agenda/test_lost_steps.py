"""Whatever lost its next step has it back the same night, where its own state says which one it is."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from accounts.operations import (
    accept_claim,
    claim_organisation,
    merge_organisations,
    withdraw_organisation,
)
from associations.followups import FirstSteps
from associations.operations import publish_project, register_association
from companies.operations import register_company
from infotheque.models import Tip
from matching.followups import ExplainEnding, WelcomeNewcomer
from mecenova.agenda import silence
from mecenova.agenda.enums import Outcome
from mecenova.agenda.followups import RemindSlot, Repair
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import ask_for_slot, check_silence, next_step, open_slots, run_due, start
from mecenova.agenda.rules import rule_named
from mecenova.agenda.silence import EVENT_REMEMBERED, living, restart_of
from mecenova.calendar.clock import PARIS
from mecenova.calendar.working_days import due_at
from mecenova.mail.models import OutgoingMail
from partnerships.enums import PartnershipStatus, PartyRole, Side
from partnerships.followups import AnswerIntroduction, ReachTerm, TellTrueStatus
from partnerships.models import Introduction, Partnership, Party
from partnerships.operations import release_introduction
from partnerships.operations.agreements import await_term
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.infotheque.factories import DocumentFactory
from tests.matching.factories import DiagnosisFactory
from tests.partnerships.factories import IntroductionFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def restarted(subject):
    """The rule of the step that the night gives to what has none."""
    FollowUp.objects.about([subject]).delete()
    check_silence()
    return next_step(subject).rule


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda: OrganisationFactory(status="to_check"), "accounts.staff_check"),
        (lambda: OrganisationFactory(status="changes_asked"), "accounts.corrections"),
        (lambda: AssociationFactory(members=[StaffFactory()]).organisation, "associations.complete_profile"),
        (lambda: CompanyFactory(members=[StaffFactory()]).organisation, "companies.publish_need"),
        (lambda: OrganisationFactory(kind="association"), Repair.name),
    ],
)
def test_an_organisation(frozen, make, rule):
    assert restarted(make()) == rule


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (ProjectFactory, "associations.finish_project"),
        (lambda: ProjectFactory(published=True), "associations.review_project"),
        (lambda: DiagnosisFactory().project, "matching.choose_after"),
        (NeedFactory, "companies.finish_need"),
        (lambda: NeedFactory(published=True, deadline=None), "companies.review_need"),
        (lambda: NeedFactory(published=True, deadline=date(2027, 1, 5)), "companies.need_deadline"),
        (lambda: Tip.objects.create(title="Un guide"), "infotheque.decide_tip"),
        (lambda: DocumentFactory(status="in_review"), "infotheque.read_submitted"),
        (lambda: DocumentFactory(published=True, status="to_verify"), "infotheque.review_document"),
    ],
)
def test_what_an_organisation_or_the_team_writes(frozen, make, rule):
    assert restarted(make()) == rule


def test_a_suggested_draft(frozen):
    draft = DocumentFactory()
    Tip.objects.create(title="Un guide", status="accepted", decided_at=frozen(), document=draft)
    assert restarted(draft) == "infotheque.complete_suggested"


def test_an_appointment_counts_from_its_hour(slots, book):
    slot = book(slots[0])
    assert restarted(slot) == "agenda.hold_slot"
    assert next_step(slot).since == slot.starts_at


def test_a_date_that_the_team_owes(frozen, organisation, member):
    request = ask_for_slot(organisation_id=organisation.pk, about=organisation, by=member)
    assert restarted(request) == "agenda.offer_slot"


def partnership(**state):
    introduction = IntroductionFactory()
    found = Partnership.objects.create(
        kind=introduction.kind, title="Ensemble", introduction=introduction, **state
    )
    roles = {PartyRole.BENEFICIARY: introduction.association, PartyRole.GIVER: introduction.company}
    for role, side in roles.items():
        Party.objects.create(partnership=found, organisation=side.organisation, role=role)
    return found


def signed(now, **state):
    return {"status": "agreed", "agreed_at": now, "signed_on": now.date(), **state}


def ended(now, **state):
    return {"status": PartnershipStatus.ENDED, "ended_at": now, **state}


@pytest.mark.parametrize(
    ("state", "rule"),
    [
        (lambda now: {}, "partnerships.did_you_talk"),
        (lambda now: {"talk_turn": 10}, Repair.name),
        (lambda now: {"talk_turn": 10, "disagreement_at": now}, "partnerships.settle_disagreement"),
        (lambda now: {"talked_at": now}, "partnerships.decide_together"),
        (lambda now: {"talked_at": now, "contested_at": now}, "partnerships.settle_signature"),
        (signed, "partnerships.yearly_review"),
        (lambda now: signed(now, ends_on=date(2027, 6, 30)), Repair.name),
        (lambda now: signed(now) | ended(now), "partnerships.joint_evaluation"),
        (lambda now: signed(now) | ended(now, evaluated_at=now), "partnerships.lasting_effect"),
    ],
)
def test_a_partnership_whose_dates_say_which(frozen, state, rule):
    assert restarted(partnership(**state(frozen()))) == rule


def test_twice_is_once_and_the_other_night_nothing_is_broken(frozen):
    need = NeedFactory(published=True)
    assert check_silence().violations > 0
    frozen.advance(timedelta(days=1))
    assert check_silence().violations == 0
    assert FollowUp.objects.about([need]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_somebody_holds_is_left_to_them():
    """They may be giving it a step, or ending it: ours would take its place."""
    organisation = OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)

        def call():
            try:
                check_silence()
            finally:
                connection.close()

        at_once(call)
    assert next_step(organisation).rule == Repair.name


class TestBeside:
    """What nobody is shown runs beside the next step: lost, nobody would see it."""

    @pytest.fixture
    def asked(self):
        introduction = IntroductionFactory(asked_by_side=Side.ASSOCIATION)
        for rule in (AnswerIntroduction, TellTrueStatus):
            start(rule, introduction)
        return introduction

    @pytest.fixture
    def booked(self, slots, book):
        return book(slots[0])

    @pytest.fixture
    def signed_until(self, frozen):
        found = partnership(**signed(frozen(), ends_on=date(2027, 6, 30)))
        await_term(found)
        return found

    @pytest.mark.parametrize(
        ("which", "rule"),
        [("asked", TellTrueStatus), ("booked", RemindSlot), ("signed_until", ReachTerm)],
    )
    def test_it_begins_again_the_same_night_and_the_team_reads_it(self, frozen, request, client, which, rule):
        subject = request.getfixturevalue(which)
        assert check_silence().restarted == 0
        step = next_step(subject)
        first = FollowUp.objects.about([subject]).get(rule=rule.name)
        first.delete()
        frozen.advance(timedelta(minutes=1))
        check = check_silence()
        again = FollowUp.objects.about([subject]).open().get(rule=rule.name)
        assert (check.restarted, again.is_step) == (1, False)
        if which != "asked":
            assert again.due_at == first.due_at
        assert next_step(subject) == step, "the step itself is left alone"
        assert check_silence().restarted == 0
        client.force_login(StaffFactory())
        assert "Relances perdues, reprises" in client.get(reverse("agenda:silence")).text

    def test_what_has_been_done_is_not_lost(self, frozen, booked):
        """The morning before has come: the reminder is behind."""
        frozen.move_to(booked.starts_at - timedelta(hours=12))
        FollowUp.objects.about([booked]).filter(rule=RemindSlot.name).delete()
        assert check_silence().restarted == 0

    def test_on_a_day_of_rest_the_reminder_of_the_next_working_day_is_behind(self, adviser, frozen, book):
        monday = open_slots(
            adviser=adviser, day=date(2026, 11, 30), starts=time(14), ends=time(14, 20), by=adviser
        )
        booked = book(monday[0])
        frozen.move_to(datetime(2026, 11, 28, 3, tzinfo=PARIS))
        FollowUp.objects.about([booked]).filter(rule=RemindSlot.name).delete()
        assert check_silence().restarted == 0

    def test_who_has_said_to_stop_on_that_day_is_not_asked_again(self, frozen, signed_until):
        await_term(signed_until, asked=False)
        assert check_silence().restarted == 0

    def test_one_that_raises_stops_no_other_and_is_tried_again(self, frozen, asked, booked, monkeypatch):
        FollowUp.objects.filter(rule__in=[TellTrueStatus.name, RemindSlot.name]).delete()

        def raises(subject):
            raise RuntimeError("no")

        declared = silence.beside()[RemindSlot.name]
        monkeypatch.setitem(silence._beside, RemindSlot.name, declared._replace(restart=raises))
        assert check_silence().restarted == 2
        assert FollowUp.objects.about([asked]).filter(rule=TellTrueStatus.name).exists()
        assert check_silence().restarted == 1

    def test_each_is_a_rule_that_is_no_step(self):
        for name, declared in silence.beside().items():
            assert rule_named(name).is_step is False
            assert all(rule_named(rule) for rule in declared.rules)


class TestOnce:
    """What an event begins and nothing repeats: whoever is owed it and never had it has it that night."""

    BEGINNINGS = (WelcomeNewcomer, FirstSteps)

    @pytest.fixture
    def person(self, frozen):
        return UserFactory()

    @pytest.fixture
    def signed_up(self, person):
        return register_association(by=person, name="Les Lampes", postal_code="59000").organisation

    @pytest.fixture
    def company(self, person):
        return register_company(by=person, name="Banque d’ici", postal_code="59000").organisation

    @pytest.fixture
    def taken_over(self, imported, person):
        return self.claimed(imported, person)

    @pytest.fixture
    def imported(self, frozen):
        return register_association(
            by=None, name="Les Ponts", postal_code="59000", origin="import", status="unclaimed"
        ).organisation

    @pytest.fixture
    def released(self, frozen, person):
        association = AssociationFactory(complete=True, members=[person])
        project = AskFactory(project__association=association).project
        publish_project(project=project, by=person)
        introduction = IntroductionFactory(association=association, project=project, need=None)
        release_introduction(introduction=introduction)
        return introduction

    @staticmethod
    def claimed(organisation, person):
        claim = claim_organisation(organisation=organisation, message="Je suis trésorière.", by=person)
        accept_claim(claim=claim, by=StaffFactory())
        return organisation

    @staticmethod
    def rows(subject):
        once = [name for name, declared in silence.beside().items() if declared.once]
        return FollowUp.objects.about([subject]).filter(rule__in=once)

    def night(self, frozen):
        frozen.advance(timedelta(days=1))
        return check_silence().restarted

    @pytest.mark.parametrize(
        ("which", "rules"),
        [
            ("signed_up", {*BEGINNINGS}),
            ("company", {WelcomeNewcomer}),
            ("taken_over", {*BEGINNINGS}),
            ("released", {ExplainEnding}),
        ],
    )
    def test_what_was_never_begun_begins_the_next_night_and_is_counted(self, frozen, request, which, rules):
        subject = request.getfixturevalue(which)
        assert self.night(frozen) == 0
        self.rows(subject).delete()
        assert self.night(frozen) == len(rules)
        assert set(self.rows(subject).open().values_list("rule", flat=True)) == {rule.name for rule in rules}
        assert self.night(frozen) == 0
        assert self.rows(subject).count() == len(rules)

    def test_its_mails_leave_then_and_once(self, frozen, signed_up, person, released):
        run_due()
        welcomes = OutgoingMail.objects.filter(notification="matching.welcome", recipient=person)
        explained = OutgoingMail.objects.filter(notification="matching.diagnosis", recipient=person)
        assert (welcomes.count(), explained.count()) == (1, 1)
        FollowUp.objects.filter(rule__in=[WelcomeNewcomer.name, ExplainEnding.name]).delete()
        assert self.night(frozen) == 1, "an ending that is explained was not lost"
        run_due()
        assert (welcomes.count(), explained.count()) == (1, 1)

    @pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.FAILED])
    def test_what_was_begun_and_given_up_is_not_lost(self, frozen, signed_up, outcome):
        self.rows(signed_up).update(outcome=outcome, closed_at=frozen())
        assert self.night(frozen) == 0

    @pytest.mark.parametrize("lost", [7, 15])
    def test_a_later_day_that_was_lost_goes_on_from_there(self, frozen, signed_up, lost):
        """On its own date, or the next working day when that is past; each day is done once."""
        first_steps = self.rows(signed_up).filter(rule=FirstSteps.name)
        while first_steps.open().get().occurrence != lost:
            frozen.move_to(first_steps.open().get().due_at)
            run_due()
        planned = first_steps.open().get()
        first_steps.open().delete()
        assert self.night(frozen) == 1
        again = first_steps.open().get()
        assert (again.occurrence, again.cycle, again.since) == (lost, planned.cycle, planned.since)
        assert again.due_at == planned.due_at
        assert self.night(frozen) == 0
        first_steps.open().delete()
        frozen.move_to(planned.due_at + timedelta(hours=12))
        assert check_silence().restarted == 1
        assert first_steps.open().get().due_at == due_at(frozen(), 1)

    def test_what_has_come_to_its_end_has_lost_nothing(self, frozen, signed_up):
        first_steps = self.rows(signed_up).filter(rule=FirstSteps.name)
        while first_steps.open().exists():
            frozen.move_to(first_steps.open().get().due_at)
            run_due()
        assert first_steps.count() == len(FirstSteps.days)
        assert self.night(frozen) == 0

    def test_who_came_in_with_an_import_and_its_people_is_owed_nothing(self, frozen, imported, person):
        """Their account came with the first site; a colleague who claims joins a team that was there."""
        Organisation.objects.filter(pk=imported.pk).update(status="checked", checked_at=frozen())
        MembershipFactory(organisation=imported, user=person)
        frozen.advance(timedelta(days=1))
        self.claimed(imported, UserFactory())
        assert self.night(frozen) == 0
        assert not self.rows(imported).exists()

    @pytest.mark.parametrize("gone", ["left", "alone", "long ago"])
    def test_nobody_is_welcomed_too_late(self, frozen, signed_up, person, gone):
        self.rows(signed_up).delete()
        if gone == "left":
            withdraw_organisation(organisation=signed_up, by=person)
        elif gone == "alone":
            signed_up.memberships.all().delete()
        else:
            frozen.advance(EVENT_REMEMBERED)
        assert self.night(frozen) == 0
        assert not self.rows(signed_up).exists()

    def test_plain_words_are_an_explanation(self, frozen, person):
        """Nothing to diagnose: the association has read how it ended, and no follow-up was ever owed."""
        association = AssociationFactory(complete=True, members=[person])
        release_introduction(introduction=IntroductionFactory(association=association))
        assert self.night(frozen) == 0

    def test_a_request_that_went_on_under_another_record_is_not_explained(self, frozen, person):
        kept, gone = (AssociationFactory(complete=True, members=[person]) for _ in range(2))
        need = NeedFactory(published=True)
        for association in (kept, gone):
            IntroductionFactory(association=association, company=need.company, need=need)
        merge_organisations(
            kept=kept.organisation, gone=gone.organisation, by=StaffFactory(), numbers_confirmed=True
        )
        assert Introduction.objects.filter(status="released").count() == 1
        assert self.night(frozen) == 0

    def test_as_many_queries_for_one_newcomer_as_for_many(self, frozen, query_count):
        def lost():
            return [list(silence.lacking(each)) for each in silence.beside().values() if each.once]

        def join(number):
            for n in range(number):
                register_association(by=UserFactory(), name=f"Les {n} Lampes, {number}", postal_code="59000")
            FollowUp.objects.all().delete()
            return sum(map(len, lost()))

        assert join(1) == 2
        few = query_count(lost)
        assert join(5) == 12
        assert query_count(lost) == few


def test_every_kind_says_how():
    assert [name for name in living() if restart_of(name) is None] == []
