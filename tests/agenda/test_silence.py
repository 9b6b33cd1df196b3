"""The nightly check finds what is alive and waits for nothing, has it mended, and keeps the count."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from companies.models import Need
from mecenova.agenda import silence
from mecenova.agenda.enums import Outcome, Owner
from mecenova.agenda.followups import Repair
from mecenova.agenda.models import FollowUp, SilenceCheck
from mecenova.agenda.operations import check_silence, next_step, run_due, start
from mecenova.agenda.operations import silence as silence_checked
from mecenova.agenda.silence import register_living, subjects_without_step
from mecenova.agenda.tasks import check_the_silence
from partnerships.followups import AnswerIntroduction, ReplyLater, SendQueuedIntroduction
from tests.accounts.factories import OrganisationFactory, StaffFactory, UserFactory
from tests.agenda.rules_for_tests import Answer
from tests.partnerships.factories import IntroductionFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def alive():
    """An organisation with its true step, and one that has just lost it."""
    kept, silent = OrganisationFactory(), OrganisationFactory()
    start(Answer, kept)
    start(Answer, silent)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE agenda_followup SET outcome = 'cancelled', closed_at = now() WHERE subject_id = %s",
            [silent.pk],
        )
    return kept, silent


def test_that_nothing_is_forgotten_is_known_in_one_query(alive, query_count):
    start(Answer, alive[1])
    assert list(subjects_without_step()) == []
    assert query_count(lambda: list(subjects_without_step())) == 1


def test_all_kinds_are_counted_together(alive, frozen):
    check_silence()
    with CaptureQueriesContext(connection) as asked:
        check_silence()
    assert len([query for query in asked if "COUNT(" in query["sql"]]) == 4


def test_a_violation_is_found_repaired_and_closed_by_the_true_step(alive, frozen):
    kept, silent = alive
    assert list(subjects_without_step()) == [silent]
    check = check_silence()
    assert (check.subjects, check.violations, check.orphans) == (2, 1, 0)
    repair = next_step(silent)
    assert (repair.rule, repair.owner, repair.is_step) == (Repair.name, Owner.STAFF, True)
    assert next_step(kept).rule == Answer.name
    start(Answer, silent)
    repair.refresh_from_db()
    assert repair.outcome == Outcome.DONE
    assert next_step(silent).rule == Answer.name
    assert check_silence().violations == 0


def test_twice_is_once(alive, frozen):
    check_the_silence.run()
    check_the_silence.run()
    assert FollowUp.objects.filter(rule=Repair.name).count() == 1


def test_what_the_team_is_asked_to_mend_stays_broken_until_it_is(alive, frozen):
    _, silent = alive
    assert [check_silence().violations for _ in range(3)] == [1, 1, 1]
    start(Answer, silent)
    assert check_silence().violations == 0


def test_what_can_be_given_its_step_back_has_it_at_once(alive, frozen, monkeypatch):
    """Counted as broken that night; one that raises goes to the team and stops no other."""
    kept, silent = alive
    other = OrganisationFactory()

    def restart(subject):
        if subject == other:
            raise RuntimeError("lost for good")
        start(Answer, subject)

    monkeypatch.setitem(silence._restarts, "accounts.organisations", restart)
    assert check_silence().violations == 2
    assert [next_step(one).rule for one in (kept, silent, other)] == [Answer.name, Answer.name, Repair.name]
    assert check_silence().violations == 1


def test_what_a_former_one_has_given_its_step_back_is_not_begun_again(frozen, monkeypatch):
    both, restarted = OrganisationFactory.create_batch(2), []

    def restart(subject):
        restarted.append(subject)
        for one in both:
            start(Answer, one)

    monkeypatch.setitem(silence._restarts, "accounts.organisations", restart)
    check_silence()
    assert len(restarted) == 1


def test_a_kind_that_cannot_be_asked_stops_no_other_and_the_team_is_told(
    alive, frozen, monkeypatch, caplog, client
):
    """The others are mended that night; a count that leaves some out is no count, and none is kept."""
    _, silent = alive
    client.force_login(StaffFactory())
    check_silence()
    FollowUp.objects.filter(subject_id=silent.pk).open().update(outcome=Outcome.DONE, closed_at=frozen())
    orphan = start(Answer, gone := OrganisationFactory())
    gone.delete()

    def raises():
        raise RuntimeError("no such column")

    monkeypatch.setitem(silence._registry, "aaa.first", raises)
    frozen.advance(timedelta(days=1))
    tower = reverse("pages:control_tower")
    assert "vérification de la nuit" not in client.get(tower).text
    frozen.advance(timedelta(hours=3))
    check_the_silence.run()
    assert next_step(silent).rule == Repair.name
    orphan.refresh_from_db()
    assert orphan.outcome == Outcome.CANCELLED
    assert SilenceCheck.objects.count() == 1
    assert "kind of subject aaa.first raised" in caplog.text
    assert "La vérification de la nuit" in client.get(tower).text
    monkeypatch.delitem(silence._registry, "aaa.first")
    check_the_silence.run()
    assert "La vérification de la nuit" not in client.get(tower).text


@pytest.mark.parametrize(
    ("status", "rule"),
    [("requested", AnswerIntroduction), ("queued", SendQueuedIntroduction), ("later", ReplyLater)],
)
def test_a_request_that_lost_its_step_goes_on_without_anybody(frozen, status, rule):
    later = {"later_on": frozen().date() + timedelta(days=40), "answered_at": frozen()}
    asked = {"requested_at": None} if status == "queued" else {}
    introduction = IntroductionFactory(status=status, **asked, **(later if status == "later" else {}))
    assert check_silence().violations >= 1
    assert next_step(introduction).rule == rule.name


def test_a_question_put_off_that_lost_its_step_still_waits_for_its_day(frozen):
    day = frozen().date() + timedelta(days=56)
    introduction = IntroductionFactory(status="later", later_on=day, answered_at=frozen())
    assert check_silence().violations >= 1
    assert next_step(introduction).deadline.date() == day


def test_a_silence_that_comes_back_is_repaired_again(alive, frozen):
    _, silent = alive
    check_silence()
    FollowUp.objects.filter(subject_id=silent.pk).open().update(outcome=Outcome.DONE, closed_at=frozen())
    check_silence()
    assert FollowUp.objects.filter(rule=Repair.name, subject_id=silent.pk).count() == 2
    assert next_step(silent).cycle == 2


def test_the_newest_count_is_the_one_that_is_told(alive, frozen):
    assert SilenceCheck.objects.latest_count() is None
    check_silence()
    frozen.advance(timedelta(days=1))
    assert SilenceCheck.objects.latest_count() == 1
    start(Answer, alive[1])
    check_silence()
    assert SilenceCheck.objects.latest_count() == 0


def test_what_is_over_needs_no_step(frozen):
    OrganisationFactory(status=OrganisationStatus.LEFT)
    OrganisationFactory(status=OrganisationStatus.UNCLAIMED)
    assert check_silence().violations == 0


def test_a_repair_of_what_is_over_is_closed(alive, frozen):
    _, silent = alive
    check_silence()
    Organisation.objects.filter(pk=silent.pk).update(status=OrganisationStatus.LEFT, left_at=frozen())
    assert check_silence().orphans == 1
    assert next_step(silent) is None


def test_what_speaks_of_another_kind_is_no_orphan(alive, frozen):
    """Each kind is looked for among its own: a person is no organisation."""
    start(Answer, UserFactory())
    open_ones = set(FollowUp.objects.open())
    assert check_silence().orphans == 0
    assert open_ones <= set(FollowUp.objects.open())


def test_orphans_are_closed(frozen):
    organisation = OrganisationFactory()
    step = start(Answer, organisation)
    organisation.delete()
    assert check_silence().orphans == 1
    step.refresh_from_db()
    assert step.outcome == Outcome.CANCELLED


def test_rows_of_a_model_this_release_lacks_are_left(frozen):
    gone = ContentType.objects.create(app_label="gone", model="gone")
    step = start(Answer, OrganisationFactory())
    FollowUp.objects.filter(pk=step.pk).update(subject_type=gone, subject_id=uuid.uuid4())
    check_silence()
    step.refresh_from_db()
    assert step.outcome == Outcome.OPEN


def test_a_repair_stays_until_it_is_done(alive, frozen):
    _, silent = alive
    check_silence()
    frozen.advance(timedelta(days=30))
    run_due()
    assert next_step(silent).rule == Repair.name


def test_a_handful_of_queries_for_ten_thousand(frozen, query_count, monkeypatch):
    """And a few for each of those, not many, that are looked at one by one."""
    monkeypatch.setattr(silence_checked, "RESTARTED_A_NIGHT", 3)
    few = query_count(check_silence) + 3 * 6
    Organisation.objects.bulk_create(
        OrganisationFactory.build_batch(10_000, checked_at=frozen(), kind="company")
    )
    assert query_count(check_silence) <= few + 40
    assert SilenceCheck.objects.get(violations=10_000).subjects == 10_000
    assert query_count(check_silence) <= few + 2


def test_every_room_says_what_is_alive():
    models = {queryset().model for queryset in silence.living().values()}
    assert {Organisation, Need} <= models
    assert len(models) >= 7


def test_a_kind_is_declared_once(monkeypatch):
    monkeypatch.setattr(silence, "_registry", dict(silence._registry))
    register_living("tests.once", Organisation.objects.all)
    with pytest.raises(ValueError, match=r"tests\.once"):
        register_living("tests.once", Organisation.objects.all)


@pytest.mark.django_db(transaction=True)
def test_two_checks_at_once_repair_once():
    OrganisationFactory.create_batch(3)

    def call():
        try:
            return check_silence()
        finally:
            connection.close()

    at_once(call, call)
    assert FollowUp.objects.steps().filter(rule=Repair.name).count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_true_step_opened_at_the_same_moment_wins():
    organisation = OrganisationFactory()

    def call(act):
        def run():
            try:
                return act()
            finally:
                connection.close()

        return run

    at_once(call(check_silence), call(lambda: start(Answer, organisation)))
    assert next_step(organisation).rule == Answer.name


def test_the_page_tells_the_nights_and_what_is_to_mend(client, alive, frozen, query_count):
    check_silence()
    client.force_login(StaffFactory())
    html = client.get(reverse("agenda:silence")).content.decode()
    assert alive[1].name in html
    client.force_login(UserFactory())
    assert client.get(reverse("agenda:silence")).status_code == 404
