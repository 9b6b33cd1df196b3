"""An association pauses, itself or a project, or refuses what it accepted: no company is asked about it."""

from datetime import UTC, datetime, timedelta

import pytest

from associations.enums import Stance
from associations.operations import close_project, pause_project, resume_project, update_association
from companies.operations import close_need, set_policy
from matching.enums import Choice, DiagnosisCause
from matching.ledger import read_ledger
from matching.models import Suggestion
from matching.operations import choose_after, diagnose, mark_seen, run_round
from matching.pairs import settled_between
from mecenova.agenda.operations import next_step
from mecenova.calendar import clock
from mecenova.mail.delivery import deliver_due
from mecenova.mail.models import OutgoingMail
from mecenova.reference.enums import Kind
from mecenova.reference.models import Sector
from partnerships.enums import IntroductionStatus
from partnerships.operations import places_left
from tests.accounts.factories import MembershipFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import DiagnosisFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def now():
    with clock.frozen(MONDAY) as stopped:
        yield stopped


@pytest.fixture
def shown(now):
    """One project of an association, presented today to the only company that suits it."""
    need = NeedFactory(published=True, deadline=None, territories=["59"], kind=Kind.IN_KIND)
    association = AssociationFactory(complete=True)
    member_of(association)
    AskFactory(
        project=ProjectFactory(association=association, published=True), kind=Kind.IN_KIND, goods="Des vélos"
    )
    MembershipFactory(organisation=need.company.organisation)
    run_round()
    return Suggestion.objects.get(need=need)


@pytest.fixture
def reader(shown):
    return shown.company.organisation.memberships.get().user


def until(days=30):
    return clock.today() + timedelta(days=days)


def the_project_pauses(shown):
    pause_project(project=shown.project, until=until(), by=None)


def one_project_of_two_pauses(shown):
    ProjectFactory(association=shown.association, published=True)
    the_project_pauses(shown)


def the_diagnosis_pauses_it(shown):
    diagnosis = DiagnosisFactory(project=shown.project)
    member = shown.association.organisation.memberships.get().user
    choose_after(diagnosis=diagnosis, choice=Choice.PAUSE, by=member, pause_until=until())


def the_project_closes(shown):
    close_project(project=shown.project, by=None)


def written(shown, **changes):
    update_association(association=shown.association, by=None, **changes)


def the_association_pauses(shown):
    written(shown, stance=Stance.PAUSED, paused_until=until())


def it_becomes_an_expert_only(shown):
    written(shown, stance=Stance.EXPERT_ONLY)


def it_refuses_the_kind(shown):
    written(shown, refused_kinds=[Kind.IN_KIND])


def it_refuses_the_sector(shown):
    written(shown, refused_sectors=[shown.company.sector])


EVERY_WAY = [
    the_project_pauses,
    one_project_of_two_pauses,
    the_diagnosis_pauses_it,
    the_project_closes,
    the_association_pauses,
    it_becomes_an_expert_only,
    it_refuses_the_kind,
    it_refuses_the_sector,
]


@pytest.fixture
def sector(shown):
    shown.company.sector = shown.company.sector or Sector.objects.first()
    shown.company.save()


@pytest.mark.parametrize("withdraws", EVERY_WAY)
def test_what_was_proposed_ends_and_gives_back_a_place_nobody_looked_at(shown, sector, withdraws):
    before = places_left(shown.company)
    withdraws(shown)
    shown.refresh_from_db()
    assert (shown.status, places_left(shown.company)) == ("expired", before + 1)
    run_round()
    assert places_left(shown.company) == before + 1


@pytest.mark.parametrize("withdraws", EVERY_WAY)
def test_no_mail_of_the_night_proposes_it(shown, sector, now, withdraws):
    assert OutgoingMail.objects.filter(notification="matching.suggestions_digest").exists()
    # What a round writes at the very moment it pauses is still open in the morning.
    withdraws(shown)
    Suggestion.objects.update(status="presented")
    now.move_to(datetime(2026, 11, 24, 10, tzinfo=UTC))
    deliver_due()
    assert not OutgoingMail.objects.filter(notification="matching.suggestions_digest", status="sent").exists()
    assert not Suggestion.objects.wanted().exists()
    run_round()
    assert not Suggestion.objects.open().exists()


def test_what_is_none_of_its_business_stays(shown):
    other = ProjectFactory(association=shown.association, published=True)
    pause_project(project=other, until=until(), by=None)
    written(shown, refused_kinds=[Kind.FINANCIAL], purpose="Nous réparons des vélos avec des jeunes.")
    shown.refresh_from_db()
    assert shown.is_open


def test_its_place_goes_to_the_oldest_request(shown):
    set_policy(company=shown.company, by=None, monthly_capacity=1)
    waiting = IntroductionFactory(
        company=shown.company, need=shown.need, status=IntroductionStatus.QUEUED, requested_at=None
    )
    member_of(waiting.association)
    the_project_pauses(shown)
    waiting.refresh_from_db()
    assert waiting.status == IntroductionStatus.REQUESTED


def test_the_page_says_until_when_and_asks_for_no_answer(client, shown, reader):
    the_project_pauses(shown)
    client.force_login(reader)
    page = client.get(shown.get_absolute_url()).content.decode().replace("\u00a0", " ")
    assert "est en pause jusqu’au mercredi 23 décembre 2026" in page
    assert "Demander une mise en relation" not in page


@pytest.mark.parametrize("looked_at", [True, False])
def test_once_the_pause_is_over_whoever_looked_is_not_asked_again_so_soon(shown, reader, now, looked_at):
    if looked_at:
        mark_seen(suggestion=shown, by=reader)
    the_project_pauses(shown)
    now.move_to(MONDAY + timedelta(days=1))
    resume_project(project=shown.project, by=None)
    # Sixty days of waiting, after which a pair may be brought back.
    now.move_to(MONDAY + timedelta(days=61))
    run_round()
    assert Suggestion.objects.count() == (1 if looked_at else 2)
    apart = settled_between(shown.company.pk, shown.association.pk)
    assert bool(len(read_ledger().settled)) == (apart is not None)
    if looked_at:
        shown.refresh_from_db()
        assert apart.until == shown.may_return_on
        now.move_to(MONDAY + timedelta(days=180))
        assert settled_between(shown.company.pk, shown.association.pk) is None
        assert not len(read_ledger().settled)


def test_a_need_that_closes_after_a_look_is_no_silence_of_its_company(shown, reader):
    mark_seen(suggestion=shown, by=reader)
    close_need(need=shown.need, by=None)
    assert settled_between(shown.company.pk, shown.association.pk) is None
    assert not len(read_ledger().settled)


def test_a_pause_is_one_act(shown):
    the_project_pauses(shown)
    the_project_pauses(shown)
    pause_project(project=shown.project, until=until(40), by=None)
    shown.project.refresh_from_db()
    shown.association.refresh_from_db()
    assert shown.project.paused_until == shown.association.paused_until == until(40)


def test_a_project_paused_on_its_own_page_waits_for_no_choice_any_more(now):
    """Nor does what it had not chosen keep its next silence from being explained."""
    project = ProjectFactory(association=AssociationFactory(complete=True), published=True)
    left = diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
    pause_project(project=project, until=until(), by=None)
    left.refresh_from_db()
    assert not left.is_open
    assert next_step(project).rule == "associations.project_pause"
    resume_project(project=project, by=None)
    now.advance(timedelta(days=45))
    assert diagnose(project=project, cause=DiagnosisCause.QUIET, turn="2-45") is not None
