"""The life of a need: drafts, publication, closing, and what each leaves behind."""

import uuid
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.enums import OrganisationStatus
from accounts.operations import withdraw_organisation
from companies import followups
from companies.enums import NeedStatus, WhoseTime
from companies.models import Need
from companies.operations import close_need, create_need, publish_need, update_need
from companies.signals import need_changed, need_closed, need_published
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause, Skill
from mecenova.workflow.errors import DomainError, SomebodyElses, TransitionRefused
from mecenova.workflow.journal import history
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def company(user):
    return CompanyFactory(members=[user])


@pytest.fixture
def heard():
    said = []

    def hear(signal, **news):
        said.append(signal)

    for signal in (need_published, need_changed, need_closed):
        signal.connect(hear)
    yield said
    for signal in (need_published, need_changed, need_closed):
        signal.disconnect(hear)


def steps(subject):
    return list(FollowUp.objects.about([subject]).steps())


class TestCreate:
    def test_is_a_draft_with_its_own_step(self, user, company):
        need = create_need(
            company=company, by=user, kind=Kind.IN_KIND, title="  Vingt\nordinateurs ", goods="x"
        )
        assert need.status == NeedStatus.DRAFT
        assert need.title == "Vingt ordinateurs"
        assert [step.rule for step in steps(need)] == [followups.FinishNeed.name]

    def test_the_same_form_sent_twice_is_one_need(self, user, company):
        key = uuid.uuid4()
        first = create_need(company=company, by=user, kind=Kind.IN_KIND, id=key, title="Un", goods="x")
        again = create_need(company=company, by=user, kind=Kind.IN_KIND, id=key, title="Un", goods="x")
        assert first == again == Need.objects.get()
        assert len(history(first)) == 1

    def test_who_went_back_to_correct_the_form_is_heard_while_it_is_their_draft(self, user, company):
        colleague = MembershipFactory(organisation=company.organisation).user
        key, money = uuid.uuid4(), {"kind": Kind.FINANCIAL, "company": company}
        sport = Cause.objects.filter(slug="sport")
        need = create_need(**money, by=user, id=key, title="Un", causes=Cause.objects.filter(slug="sante"))
        create_need(**money, by=user, id=key, title="Deux", budget_max=500, causes=sport)
        need.refresh_from_db()
        assert (need.title, need.budget_max) == ("Deux", 500)
        assert list(need.causes.all()) == list(sport)
        with pytest.raises(DomainError, match="«\u202fDeux\u202f»"):
            create_need(**money, by=colleague, id=key, title="Trois")
        publish_need(need=need, by=None)
        with pytest.raises(DomainError, match="Publié"):
            create_need(**money, by=user, id=key, title="Trois")
        assert create_need(**money, by=user, id=key, title="Deux") == need
        assert Need.objects.get().title == "Deux"

    def test_a_key_of_another_company_is_not_there(self, user, company):
        with pytest.raises(SomebodyElses):
            create_need(company=company, by=user, kind=Kind.IN_KIND, id=NeedFactory().pk, title="Volé")

    def test_work_time_is_not_volunteering_even_for_the_database(self, user, company):
        with pytest.raises(DomainError, match="mécénat de compétences"):
            create_need(
                company=company, by=user, kind=Kind.VOLUNTEERING, title="Nettoyage", whose_time=WhoseTime.WORK
            )
        need = NeedFactory(company=company, kind=Kind.VOLUNTEERING)
        with pytest.raises(DomainError, match="mécénat de compétences"):
            update_need(need=need, by=user, whose_time=WhoseTime.WORK)
        with pytest.raises(IntegrityError), transaction.atomic():
            Need.objects.filter(pk=need.pk).update(whose_time=WhoseTime.WORK)

    @pytest.mark.parametrize(
        "status", [OrganisationStatus.LEFT, OrganisationStatus.UNCLAIMED], ids=["left", "unclaimed"]
    )
    def test_nobody_writes_for_an_absent_company(self, user, status):
        away = CompanyFactory(members=[user], organisation__status=status)
        with pytest.raises(PermissionDenied):
            create_need(company=away, by=user, kind=Kind.IN_KIND, title="x")

    def test_a_field_that_does_not_exist_is_a_mistake_of_ours(self, company):
        with pytest.raises(TypeError, match="status"):
            create_need(company=company, by=None, kind=Kind.IN_KIND, title="x", status="published")


class TestPublish:
    def test_shows_it_and_starts_its_deadline(self, user, company, heard):
        need = NeedFactory(company=company)
        published = publish_need(need=need, by=user)
        assert published.status == NeedStatus.PUBLISHED
        assert need in Need.objects.current()
        (step,) = steps(need)
        assert step.rule == followups.NeedDeadline.name
        assert clock.paris(step.due_at).date() == need.deadline + timedelta(days=1)
        assert next_step(company.organisation).rule == followups.KeepInTouch.name
        assert heard == [need_published]
        assert [line.verb for line in history(need)] == ["publish"]

    def test_twice_is_refused_and_changes_nothing(self, user, company, heard):
        need = NeedFactory(company=company)
        first = publish_need(need=need, by=user).published_at
        with pytest.raises(TransitionRefused, match="Publié"):
            publish_need(need=need, by=user)
        need.refresh_from_db()
        assert need.published_at == first
        assert heard == [need_published]

    def test_a_past_deadline_is_refused_today_is_not(self, user, company):
        past = NeedFactory(company=company, deadline=clock.today() - timedelta(days=1))
        with pytest.raises(DomainError, match="date à venir"):
            publish_need(need=past, by=user)
        today = NeedFactory(company=company, deadline=clock.today())
        assert publish_need(need=today, by=user).status == NeedStatus.PUBLISHED

    @pytest.mark.parametrize(
        ("kind", "emptied", "said"),
        [
            (Kind.FINANCIAL, {"budget_min": None, "budget_max": None}, "le montant"),
            (Kind.IN_KIND, {"goods": " "}, "les biens"),
            (Kind.SKILLS, {"days": None}, "jours"),
            (Kind.VOLUNTEERING, {"volunteers": None}, "salariés"),
            (Kind.VOLUNTEERING, {"whose_time": ""}, "sur quel temps"),
            (Kind.CO_CONSTRUCTION, {"question": ""}, "question"),
            (Kind.FINANCIAL, {"description": ""}, "description"),
        ],
    )
    def test_a_person_must_say_what_the_kind_requires(self, user, company, kind, emptied, said):
        need = NeedFactory(company=company, kind=kind, **emptied)
        with pytest.raises(DomainError, match=said):
            publish_need(need=need, by=user)
        need.refresh_from_db()
        assert need.status == NeedStatus.DRAFT

    def test_skills_must_be_named(self, user, company):
        need = NeedFactory(company=company, kind=Kind.SKILLS, skills=[])
        with pytest.raises(DomainError, match="compétences"):
            publish_need(need=need, by=user)
        need.skills.set([Skill.objects.first()])
        publish_need(need=need, by=user)

    def test_an_import_publishes_what_it_knows(self, company):
        need = NeedFactory(company=company, budget_min=None, budget_max=None, deadline=None)
        publish_need(need=need, by=None)
        assert [step.rule for step in steps(need)] == [followups.ReviewNeed.name]

    def test_staff_do_not_publish_in_the_place_of_a_company(self, company):
        with pytest.raises(PermissionDenied):
            publish_need(need=NeedFactory(company=company), by=StaffFactory())

    def test_before_the_check_it_is_ready_but_not_shown(self, user):
        company = CompanyFactory(members=[user], organisation__status=OrganisationStatus.TO_CHECK)
        need = publish_need(need=NeedFactory(company=company), by=user)
        assert need not in Need.objects.visible()


class TestUpdate:
    def test_a_new_deadline_moves_the_step(self, user, company, heard):
        need = publish_need(need=NeedFactory(company=company), by=user)
        later = need.deadline + timedelta(days=30)
        update_need(need=need, by=user, deadline=later)
        (step,) = steps(need)
        assert clock.paris(step.due_at).date() == later + timedelta(days=1)
        update_need(need=need, by=user, deadline=None)
        assert [step.rule for step in steps(need)] == [followups.ReviewNeed.name]
        assert heard == [need_published, need_changed, need_changed]

    def test_a_published_need_cannot_be_emptied(self, user, company):
        need = publish_need(need=NeedFactory(company=company), by=user)
        with pytest.raises(DomainError, match="montant"):
            update_need(need=need, by=user, budget_min=None, budget_max=None)
        with pytest.raises(DomainError, match="passée"):
            update_need(need=need, by=user, deadline=clock.today() - timedelta(days=1))
        need.refresh_from_db()
        assert need.budget_min is not None

    def test_a_closed_need_can_be_given_a_new_deadline_and_come_back(self, user, company):
        need = NeedFactory(company=company, closed=True, deadline=clock.today() - timedelta(days=3))
        need = update_need(need=need, by=user, deadline=clock.today() + timedelta(days=3))
        assert need.status == NeedStatus.CLOSED
        need = publish_need(need=need, by=user)
        assert (need.status, need.closed_at) == (NeedStatus.PUBLISHED, None)

    def test_strangers_are_refused(self, company):
        need = NeedFactory(company=company)
        for act in (update_need, publish_need, close_need):
            with pytest.raises(PermissionDenied):
                act(need=need, by=UserFactory())


class TestClose:
    def test_takes_it_off_the_lists_and_ends_its_step(self, user, company, heard):
        need = publish_need(need=NeedFactory(company=company), by=user)
        close_need(need=need, by=user)
        assert need not in Need.objects.visible()
        assert steps(need) == []
        assert next_step(company.organisation).rule == followups.PublishNeed.name
        assert heard == [need_published, need_closed]
        assert not OutgoingMail.objects.exists()

    def test_twice_is_refused(self, user, company):
        need = NeedFactory(company=company, closed=True)
        with pytest.raises(TransitionRefused, match="Clos"):
            close_need(need=need, by=user)

    def test_staff_may_close(self, company):
        assert close_need(need=NeedFactory(company=company, published=True), by=StaffFactory()).closed_at

    def test_a_company_that_leaves_closes_its_needs_in_silence(self, user, company):
        drafts, shown = NeedFactory(company=company), NeedFactory(company=company, published=True)
        other = NeedFactory(published=True)
        withdraw_organisation(organisation=company.organisation, by=user)
        assert set(Need.objects.filter(status=NeedStatus.CLOSED)) == {drafts, shown}
        assert other in Need.objects.current()
        assert not FollowUp.objects.about([company.organisation, drafts, shown]).open().exists()


SKILLS = {"kind": Kind.SKILLS, "budget_min": None, "budget_max": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"budget_min": -1},
        {"budget_max": -1, "budget_min": None},
        {"budget_min": 2, "budget_max": 1},
        {"status": NeedStatus.PUBLISHED, "published_at": None},
        {"status": NeedStatus.CLOSED, "closed_at": None},
        {"closed_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {**SKILLS, "starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 1)},
        {"goods": "Vingt ordinateurs"},
        {"days": 3},
        {"volunteers": 3},
        {"whose_time": WhoseTime.OWN},
        {"starts_on": date(2026, 2, 2)},
        {"place": "remote"},
        {"question": "Comment recruter sans CV\u202f?"},
        {"wished_parties": ["company"]},
        {"kind": "in_kind"},
    ],
)
def test_the_database_refuses_what_cannot_be(wrong):
    need = NeedFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(**wrong)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_publishing_and_closing_at_once_leaves_one_true_state(round_number):
    """Two people, one need: each verb is applied to the state it finds, never half of each."""
    user = UserFactory()
    need = NeedFactory(company=CompanyFactory(members=[user]))
    given = at_once(*(partial(act, need=need, by=user) for act in (publish_need, close_need) * 2))
    assert {type(each) for each in given} <= {Need, TransitionRefused}
    need.refresh_from_db()
    verbs = [line.verb for line in history(need)]
    assert verbs[-1] == {NeedStatus.CLOSED: "close", NeedStatus.PUBLISHED: "publish"}[need.status]
    assert all(first != second for first, second in pairwise(verbs))
    assert FollowUp.objects.about([need]).steps().count() == (need.status == NeedStatus.PUBLISHED)
    assert FollowUp.objects.about([need.company.organisation]).steps().count() == 1


def test_no_draft_is_opened_for_a_company_that_has_left():
    """Not even by the platform, which acts for imported records."""
    company = CompanyFactory(organisation__status=OrganisationStatus.LEFT)
    with pytest.raises(DomainError):
        create_need(company=company, by=None, kind=Kind.FINANCIAL, title="Des parrains")
    assert not FollowUp.objects.open().exists()
