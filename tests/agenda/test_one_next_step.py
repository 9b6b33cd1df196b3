"""The promise of the house against anything its people may do: one next step for whatever is alive, always.

Organisations register, are checked, publish, ask, answer, pause, leave and come back, through operations
alone, while days go by. After each act, whatever is alive has exactly one open step, and what is over none.
"""

from datetime import time, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Value
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import operations as accounts
from accounts.enums import CHECKING_STATUSES, OrganisationStatus, Origin
from accounts.models import Claim, Organisation, User
from associations import operations as associations
from associations.enums import GeneralInterest, ProjectStatus, Registry, Size, Stance
from associations.models import Association, Project
from companies import operations as companies
from companies.enums import NeedStatus
from companies.models import Company, Need
from matching import operations as matching
from matching.enums import Choice
from matching.models import Diagnosis
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import Absence, FollowUp, Slot
from mecenova.agenda.operations import next_step, run_due
from mecenova.agenda.silence import beside, lacking, subjects_without_step
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Audience, Cause, Territory
from mecenova.workflow.errors import DomainError
from partnerships import operations as partnerships
from partnerships.enums import Side
from partnerships.models import Introduction, Partnership
from tests.accounts.factories import StaffFactory, UserFactory
from tests.stories import Story

PURPOSE = (
    "Nous accompagnons vers l’emploi des jeunes sans diplôme, par des ateliers et un parrainage durable."
)
ALIVE = {
    Organisation: {*CHECKING_STATUSES, OrganisationStatus.CHECKED},
    Claim: {"waiting"},
    Project: {ProjectStatus.DRAFT, ProjectStatus.PUBLISHED},
    Need: {NeedStatus.DRAFT, NeedStatus.PUBLISHED},
    Introduction: {"queued", "requested", "later"},
}
# Rows are chosen by their place in an order free of their random keys: a story can be told again.
IN_ORDER = {
    Organisation: ("name",),
    Association: ("organisation__name",),
    Company: ("organisation__name",),
    Project: ("created_at",),
    Need: ("created_at",),
    Introduction: ("created_at",),
    Partnership: ("opened_at",),
    Slot: ("starts_at",),
    Diagnosis: ("at",),
}
WHICH = st.integers(0, 5)
# The steps of a project whose diagnosis is open.
WAITING = {"matching.choose_after", "matching.call_after_diagnosis"}


class Network(Story):
    """Rules choose by position among what exists; an act that is refused is an act like any other."""

    @initialize()
    def begin(self):
        self.staff = StaffFactory()
        self.count = 0
        self.an_association_registers(True)
        self.a_company_registers(True)
        for organisation in Organisation.objects.all():
            self.attempt(accounts.check_organisation, organisation=organisation, by=self.staff)
        self.a_project_is_written(0, True)
        self.a_need_is_written(0, None, True)

    def attempt(self, operation, **values):
        self.clock.advance(timedelta(seconds=1))
        try:
            with transaction.atomic():
                return operation(**values)
        except (DomainError, PermissionDenied):
            return None

    def pick(self, model, which, **wanted):
        found = list(model.objects.filter(**wanted).order_by(*IN_ORDER[model]))
        return found[which % len(found)] if found else None

    def somebody_of(self, organisation):
        return User.objects.filter(memberships__organisation=organisation).order_by("email").first()

    def new_name(self):
        self.count += 1
        return f"Maison numéro {self.count:03}"

    def newcomer(self):
        self.count += 1
        return UserFactory(email=f"personne{self.count:03}@exemple.fr")

    # Who is here.

    @rule(complete=st.booleans())
    def an_association_registers(self, complete):
        registered = associations.register_association(
            by=self.newcomer(), name=self.new_name(), postal_code="59000", town="Lille"
        )
        if complete:
            self.says_everything(registered)

    def says_everything(self, association):
        self.attempt(
            associations.update_association,
            association=association,
            by=self.somebody_of(association.organisation),
            purpose=PURPOSE,
            registry=Registry.RNA,
            rna=f"W59{self.count:07d}",
            size=Size.SMALL,
            general_interest=GeneralInterest.DECLARED,
            causes=Cause.objects.filter(slug="education"),
            audiences=Audience.objects.filter(slug="jeunes"),
            territories=Territory.objects.filter(code="59"),
        )

    @rule(complete=st.booleans())
    def a_company_registers(self, complete):
        said = {
            "causes": Cause.objects.filter(slug="education"),
            "kinds": [Kind.FINANCIAL],
            "territories": Territory.objects.filter(code="59"),
        }
        companies.register_company(
            by=self.newcomer(), name=self.new_name(), postal_code="75009", **(said if complete else {})
        )

    @rule(company=st.booleans(), checked=st.booleans())
    def an_import_brings_a_record(self, company, checked):
        register = companies.register_company if company else associations.register_association
        status = OrganisationStatus.CHECKED if checked else OrganisationStatus.UNCLAIMED
        register(by=None, name=self.new_name(), postal_code="69003", origin=Origin.IMPORT, status=status)

    @rule(which=WHICH, accepted=st.sampled_from([True, True, False, None]))
    def a_record_is_claimed(self, which, accepted):
        claimed = self.pick(Organisation, which)
        claim = self.attempt(
            accounts.claim_organisation, organisation=claimed, message="Trésorière", by=self.newcomer()
        )
        if claim and accepted is not None:
            decide = accounts.accept_claim if accepted else accounts.refuse_claim
            self.attempt(decide, claim=claim, answer="Vu au registre.", by=self.staff)

    @rule(which=WHICH)
    def the_team_checks(self, which):
        organisation = self.pick(Organisation, which)
        self.attempt(accounts.check_organisation, organisation=organisation, by=self.staff)

    @rule(which=WHICH)
    def the_team_asks_for_changes(self, which):
        organisation = self.pick(Organisation, which)
        self.attempt(accounts.ask_for_changes, organisation=organisation, message="Précisez.", by=self.staff)

    @rule(which=WHICH)
    def the_team_calls(self, which):
        organisation = self.pick(Organisation, which)
        if hasattr(organisation, "association"):
            self.attempt(associations.note_call, association=organisation.association, by=self.staff)
        else:
            self.attempt(companies.record_call, company=organisation.company, note="Vu.", by=self.staff)

    @rule(which=WHICH)
    def an_organisation_leaves(self, which):
        organisation = self.pick(Organisation, which)
        self.attempt(
            accounts.withdraw_organisation, organisation=organisation, by=self.somebody_of(organisation)
        )

    # What they say.

    @rule(which=WHICH)
    def an_association_says_everything(self, which):
        self.says_everything(self.pick(Association, which))

    @rule(which=WHICH, stance=st.sampled_from(Stance), days=st.integers(0, 40))
    def an_association_takes_a_stance(self, which, stance, days):
        association = self.pick(Association, which)
        until = clock.today() + timedelta(days=days) if stance == Stance.PAUSED else None
        self.attempt(
            associations.update_association,
            association=association,
            by=self.somebody_of(association.organisation),
            stance=stance,
            paused_until=until,
        )

    @rule(which=WHICH, capacity=st.integers(0, 2), complete=st.booleans())
    def a_company_sets_its_policy(self, which, capacity, complete):
        company = self.pick(Company, which)
        self.attempt(
            companies.set_policy,
            company=company,
            by=self.somebody_of(company.organisation),
            causes=Cause.objects.filter(slug="education") if complete else (),
            kinds=[Kind.FINANCIAL],
            territories=Territory.objects.filter(code="59"),
            monthly_capacity=capacity,
        )

    @rule(which=WHICH, published=st.booleans())
    def a_project_is_written(self, which, published):
        association = self.pick(Association, which)
        by = self.somebody_of(association.organisation)
        project = self.attempt(
            associations.create_project, association=association, by=by, title="Ateliers", description=PURPOSE
        )
        if project and published:
            associations.save_ask(project=project, by=by, kind=Kind.FINANCIAL, amount=5000)
            self.attempt(associations.publish_project, project=project, by=by)

    @rule(which=WHICH, published=st.booleans())
    def a_project_moves(self, which, published):
        project = self.pick(Project, which)
        if project:
            move = associations.publish_project if published else associations.close_project
            self.attempt(move, project=project, by=self.somebody_of(project.association.organisation))

    @rule(which=WHICH, days=st.none() | st.integers(0, 60), published=st.booleans())
    def a_need_is_written(self, which, days, published):
        company = self.pick(Company, which)
        by = self.somebody_of(company.organisation)
        need = self.attempt(
            companies.create_need,
            company=company,
            by=by,
            kind=Kind.FINANCIAL,
            title="Des parrains",
            description=PURPOSE,
            budget_max=9000,
            deadline=None if days is None else clock.today() + timedelta(days=days),
        )
        if need and published:
            self.attempt(companies.publish_need, need=need, by=by)

    @rule(which=WHICH, act=st.sampled_from(["publish", "close", "deadline"]), days=st.integers(0, 60))
    def a_need_moves(self, which, act, days):
        need = self.pick(Need, which)
        if need is None:
            return
        by = self.somebody_of(need.company.organisation)
        if act == "deadline":
            deadline = clock.today() + timedelta(days=days)
            self.attempt(companies.update_need, need=need, by=by, deadline=deadline)
        else:
            move = companies.publish_need if act == "publish" else companies.close_need
            self.attempt(move, need=need, by=by)

    @precondition(lambda self: Diagnosis.objects.open().exists())
    @rule(which=WHICH, choice=st.sampled_from(Choice), days=st.integers(-1, 60))
    def an_association_chooses_what_comes_next(self, which, choice, days):
        diagnosis = self.pick(Diagnosis, which, closed_at=None)
        self.attempt(
            matching.choose_after,
            diagnosis=diagnosis,
            choice=choice,
            by=self.somebody_of(diagnosis.project.association.organisation),
            pause_until=clock.today() + timedelta(days=days),
            question="Comment recruter sans CV ?",
        )

    @precondition(lambda self: Diagnosis.objects.exists())
    @rule(which=WHICH, act=st.sampled_from(["save", "resume", "call"]))
    def somebody_works_on_a_project_that_found_nobody(self, which, act):
        diagnosis = self.pick(Diagnosis, which)
        project, by = diagnosis.project, self.somebody_of(diagnosis.project.association.organisation)
        if act == "save":
            self.attempt(associations.update_project, project=project, by=by, title="Autrement dit")
        elif act == "resume":
            self.attempt(associations.resume_project, project=project, by=by)
        else:
            self.attempt(matching.note_call, diagnosis=diagnosis, note="Vu.", by=self.staff)

    # What they ask each other.

    @rule(association=WHICH, company=WHICH, side=st.sampled_from(Side), about_need=st.booleans())
    def one_asks_the_other(self, association, company, side, about_need):
        association, company = self.pick(Association, association), self.pick(Company, company)
        asking = association if side == Side.ASSOCIATION else company
        self.attempt(
            partnerships.introduce,
            association=association,
            company=company,
            need=company.needs.order_by("created_at").first() if about_need else None,
            kind=Kind.FINANCIAL,
            asked_by_side=side,
            note="Parlons-en.",
            by=self.somebody_of(asking.organisation),
        )

    @precondition(lambda self: Introduction.objects.open().exists())
    @rule(which=WHICH, answer=st.sampled_from(["yes", "no", "later"]), days=st.integers(1, 60))
    def the_other_answers(self, which, answer, days):
        asked = self.pick(Introduction, which, status__in=ALIVE[Introduction])
        values = {"introduction": asked, "by": self.somebody_of(asked.answering_organisation)}
        if answer == "yes":
            self.attempt(partnerships.accept_introduction, **values)
        elif answer == "no":
            self.attempt(partnerships.decline_introduction, reason="timing", **values)
        else:
            later_on = clock.today() + timedelta(days=days)
            self.attempt(partnerships.postpone_introduction, later_on=later_on, **values)

    @precondition(lambda self: Partnership.objects.active().exists())
    @rule(which=WHICH)
    def a_party_stops(self, which):
        self.a_party_acts(which, partnerships.abandon_partnership)

    def a_party_acts(self, which, operation, last=False, **values):
        """One of its people, of the first party or of the last."""
        found = list(Partnership.objects.active().order_by("opened_at"))
        partnership = found[which % len(found)]
        parties = list(partnership.parties.order_by("role"))
        by = self.somebody_of(parties[-1 if last else 0].organisation)
        self.attempt(operation, partnership=partnership, by=by, **values)

    @precondition(lambda self: Partnership.objects.active().exists())
    @rule(which=WHICH, last=st.booleans(), talked=st.sampled_from([True, True, False]))
    def a_party_says_whether_they_talked(self, which, last, talked):
        self.a_party_acts(which, partnerships.report_talk, last, talked=talked)

    @precondition(lambda self: Partnership.objects.active().exists())
    @rule(which=WHICH, last=st.booleans(), days=st.none() | st.integers(0, 200))
    def a_party_says_it_is_signed(self, which, last, days):
        ends_on = None if days is None else clock.today() + timedelta(days=days)
        self.a_party_acts(
            which, partnerships.agree_partnership, last, signed_on=clock.today(), ends_on=ends_on
        )

    @precondition(lambda self: Partnership.objects.active().exists())
    @rule(which=WHICH, last=st.booleans())
    def a_party_says_it_is_not_signed(self, which, last):
        self.a_party_acts(which, partnerships.contest_signature, last, note="Pas encore.")

    @precondition(lambda self: Partnership.objects.active().exists())
    @rule(which=WHICH, last=st.booleans(), act=st.sampled_from(["end", "renew", "reflect"]))
    def a_party_goes_on_or_ends_or_tells(self, which, last, act):
        operations = {
            "end": (partnerships.end_partnership, {}),
            "renew": (partnerships.renew_partnership, {"goes_on": True}),
            "reflect": (partnerships.reflect, {"text": "Trente jeunes."}),
        }
        operation, values = operations[act]
        self.a_party_acts(which, operation, last, **values)

    @precondition(lambda self: Partnership.objects.in_disagreement().exists())
    @rule(talked=st.booleans())
    def the_team_settles(self, talked):
        partnership = Partnership.objects.in_disagreement().order_by("opened_at")[0]
        found = {"partnership": partnership, "by": self.staff, "note": "Vu."}
        if partnership.contested_at:
            signed_on = clock.today() if talked else None
            self.attempt(partnerships.settle_signature, signed_on=signed_on, ends_on=None, **found)
        else:
            self.attempt(partnerships.settle_talk, talked=talked, **found)

    # When they are away, and when they talk with the team.

    @rule(which=WHICH, begins=st.integers(0, 20), lasts=st.integers(0, 60))
    def an_organisation_is_away(self, which, begins, lasts):
        organisation = self.pick(Organisation, which)
        first = clock.today() + timedelta(days=begins)
        self.attempt(
            accounts.say_organisation_away,
            organisation=organisation,
            first_day=first,
            last_day=first + timedelta(days=lasts),
            by=self.staff,
        )

    @rule(which=WHICH)
    def an_absence_is_taken_back(self, which):
        found = list(Absence.objects.order_by("first_day", "pk"))
        if found:
            self.attempt(accounts.forget_absence, absence=found[which % len(found)], by=self.staff)

    @rule(days=st.integers(1, 9))
    def the_team_opens_slots(self, days):
        day = clock.today() + timedelta(days=days)
        values = {"day": day, "starts": time(14), "ends": time(14, 40)}
        self.attempt(agenda.open_slots, adviser=self.staff, by=self.staff, **values)

    @rule(which=WHICH, asked=st.booleans())
    def an_organisation_wants_to_talk(self, which, asked):
        organisation = self.pick(Organisation, which)
        by = self.somebody_of(organisation)
        if by is None or organisation.status == OrganisationStatus.LEFT:
            return
        values = {"organisation_id": organisation.pk, "about": organisation, "by": by}
        slot = agenda.free_slots().first()
        if slot and not asked:
            self.attempt(agenda.book_slot, slot=slot, **values)
        else:
            self.attempt(agenda.ask_for_slot, **values)

    @rule(which=WHICH, act=st.sampled_from(["cancel", "withdraw", "hold"]))
    def an_appointment_ends(self, which, act):
        found = self.pick(Slot, which)
        if found is None:
            return
        by = self.staff if act != "cancel" else (found.booked_by or self.staff)
        moves = {"cancel": agenda.cancel_booking, "withdraw": agenda.withdraw_slot, "hold": agenda.hold_slot}
        self.attempt(moves[act], slot=found, by=by)

    @rule()
    def the_team_shares_its_steps(self):
        agenda.share_staff_steps()
        agenda.escalate_overdue_steps()

    @rule(days=st.sampled_from([1, 3, 8, 16, 32, 64, 130]))
    def days_go_by(self, days):
        """The worker runs, late as it may be after a night or after months of a breakdown."""
        self.clock.advance(timedelta(days=days))
        for _ in range(3):
            run_due()
        assert not FollowUp.objects.all().in_error().exists(), FollowUp.objects.all().in_error()[0].last_error

    # What must hold.

    @invariant()
    def whatever_is_alive_has_one_next_step(self):
        """Two queries, for this is asked after every act of every story."""
        kinds = {model: ContentType.objects.get_for_model(model).pk for model in (*ALIVE, Partnership)}
        steps = FollowUp.objects.steps().filter(subject_type__in=kinds.values())
        alive = [model.objects.filter(status__in=states) for model, states in ALIVE.items()]
        keys, *others = [
            found.order_by().annotate(type_id=Value(kinds[found.model])).values_list("type_id", "pk")
            for found in [*alive, Partnership.objects.active()]
        ]
        expected = sorted(keys.union(*others, all=True))
        assert sorted(steps.values_list("subject_type_id", "subject_id")) == expected, list(steps)

    @invariant()
    def what_waits_for_a_choice_says_so(self):
        for diagnosis in Diagnosis.objects.open().select_related("project"):
            assert next_step(diagnosis.project).rule in WAITING

    @invariant()
    def the_nightly_check_finds_no_silence(self):
        assert list(subjects_without_step()) == []
        for name, declared in beside().items():
            assert list(lacking(declared)) == [], name

    @invariant()
    def nothing_is_owed_by_whom_or_to_whom_has_left(self):
        left = list(Organisation.objects.filter(status=OrganisationStatus.LEFT).values_list("pk", flat=True))
        if not left:
            return
        open_rows = FollowUp.objects.open()
        assert not open_rows.filter(organisation_id__in=left).exists()
        assert not open_rows.filter(subject_id__in=left).exists()
        assert not Partnership.objects.active().filter(parties__organisation__in=left).exists()
        both = Introduction.objects.open()
        assert not both.filter(association__organisation__in=left).exists()
        assert not both.filter(company__organisation__in=left).exists()


@pytest.mark.django_db
def test_whatever_is_alive_has_exactly_one_next_step():
    run_state_machine_as_test(
        Network,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )
