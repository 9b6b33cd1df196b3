"""The preview tells what then happens; the live database neither changes nor waits."""

import subprocess
from collections import Counter
from datetime import datetime, timedelta
from threading import Event, Thread

import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from celery.schedules import crontab
from django.db import connection, transaction
from django.utils.module_loading import import_string

from accounts.enums import OrganisationKind, OrganisationStatus
from accounts.models import Organisation, User
from accounts.operations import say_organisation_away, say_person_away
from associations.enums import Stance
from associations.notifications import ReviewProject
from mecenova.agenda.models import Absence
from mecenova.calendar import clock
from mecenova.celery import app
from mecenova.mail.enums import MailStatus, TroubleKind
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue
from mecenova.mail.troubles import mark_address
from mecenova.rehearsal import copying, making, scratch
from mecenova.rehearsal.enums import LineKind, PreviewStatus
from mecenova.rehearsal.lines import COUNTS_ONLY, lines_since
from mecenova.rehearsal.models import Preview, PreviewLine
from mecenova.rehearsal.operations import ask_preview
from mecenova.rehearsal.tasks import NIGHTLY_DAYS
from partnerships.enums import Side
from partnerships.operations import accept_introduction, agree_partnership, introduce
from tests.accounts.factories import MembershipFactory, StaffFactory
from tests.associations.factories import ProjectFactory
from tests.companies.factories import NeedFactory

# The preview's own horizon: every hour of it is lived twice. What only counts who waits is left out of the
# preview, and done once a day in the plain life: should a mail ever come of it, the two would differ.
DAYS = NIGHTLY_DAYS
OWN = {"rehearsal_preview", "rehearsal_previewline"}


def told(lines) -> Counter:
    """What is compared: the hour, what it is, for whom, and what it says."""
    return Counter(
        (
            datetime.fromisoformat(line["at"]).strftime("%m-%d %H"),
            line["kind"],
            line["name"],
            recipient(line),
            line["text"],
        )
        for line in lines
    )


def recipient(line) -> str:
    return str(line["recipient_id"] or line["subject_id"] or "")


def plain_beat(frozen: clock.FrozenClock, days: int) -> None:
    """Beat, told in the simplest way: every hour, everything that is woken by then, twice."""
    end = frozen.moment + timedelta(days=days)
    schedule = list(app.conf.beat_schedule.values())
    frozen.move_to(frozen.moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
    while frozen.moment < end:
        hour = frozen.moment
        local = clock.paris(hour)
        for minute in (5, 6, 10):
            frozen.move_to(hour + timedelta(minutes=minute))
            for entry in schedule:
                slow = not isinstance(entry["schedule"], crontab) and entry["schedule"] > 60
                if isinstance(entry["schedule"], crontab) or slow != (minute == 10):
                    continue
                import_string(entry["task"])()
        for entry in schedule:
            cron = entry["schedule"]
            if (
                isinstance(cron, crontab)
                and local.hour in ({6} if entry["task"] in COUNTS_ONLY else cron.hour)
                and local.isoweekday() % 7 in cron.day_of_week
            ):
                for minute in sorted(cron.minute):
                    frozen.move_to(hour + timedelta(minutes=minute))
                    import_string(entry["task"])()
        frozen.move_to(hour + timedelta(hours=1))


def what_a_quiet_week_does_not_reach(now: datetime) -> None:
    """People, an organisation and the team away, an address in trouble, a partnership's last month, a digest
    of twenty lines, and projects that lost their step."""
    today = clock.paris(now).date()
    associations = Organisation.objects.filter(
        kind=OrganisationKind.ASSOCIATION, status=OrganisationStatus.CHECKED, memberships__isnull=False
    ).order_by("name")
    first, second = associations.filter(association__stance=Stance.OPEN)[0], associations.last()
    days = {"first_day": today + timedelta(days=1), "last_day": today + timedelta(days=9)}
    # What the network already said of its own days away makes room.
    Absence.objects.all().delete()
    away = [each.members.first() for each in associations] + list(User.objects.filter(is_staff=True))
    for person in away:
        say_person_away(person=person, by=person, **days)
    say_organisation_away(organisation=second, by=second.members.first(), **days)
    StaffFactory()
    need = NeedFactory(published=True)
    answerer = MembershipFactory(organisation=need.company.organisation).user
    asked = introduce(
        association=first.association,
        company=need.company,
        need=need,
        kind=need.kind,
        asked_by_side=Side.ASSOCIATION,
        note="Pouvons-nous en parler\u202f?",
        by=first.members.first(),
    )
    partnership = accept_introduction(introduction=asked, by=answerer)
    agree_partnership(
        partnership=partnership, signed_on=today, ends_on=today + timedelta(days=20), by=answerer
    )
    with transaction.atomic():
        for _ in range(20):
            queue(ReviewProject, ProjectFactory(association=first.association, published=True))
    mark_address(address=answerer.email, kind=TroubleKind.BOUNCED)


def fingerprints() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted({name for (name,) in cursor.fetchall()} - OWN)
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
            )
            found[table] = cursor.fetchone()[0]
    return found


def make(days: int) -> Preview:
    preview = ask_preview(days=days, by=None)
    assert making.make_waiting() == 1
    preview.refresh_from_db()
    return preview


def test_what_is_told_is_what_happens_when_nobody_acts(network, settings):
    begun = network.moment
    what_a_quiet_week_does_not_reach(begun)
    before = fingerprints()
    preview = make(DAYS)
    assert (preview.status, preview.error, preview.stopped_at) == (PreviewStatus.DONE, "", None)
    assert fingerprints() == before
    lines = [
        {**line, "at": line["at"].isoformat()}
        for line in preview.lines.values("at", "kind", "name", "recipient_id", "subject_id", "text")
    ]
    settings.VIRTUAL_CLOCK = True
    plain_beat(network, DAYS)
    network.move_to(begun + timedelta(days=DAYS))
    happened = told(line for line in lines_since(begun))
    assert told(lines) == happened
    assert len(happened) > 15
    assert {kind for _, kind, *_ in happened} == set(LineKind)
    assert any(name.startswith("partnerships.") for _, kind, name, *_ in happened if kind == "follow_up")


def test_a_month_too_long_for_its_time_tells_the_days_it_has(network, monkeypatch):
    monkeypatch.setattr(making, "LIVED_SECONDS", 0)
    preview = make(DAYS)
    assert (preview.status, preview.error) == (PreviewStatus.DONE, "")
    assert preview.begins_at <= preview.stopped_at < preview.begins_at + timedelta(days=DAYS)
    assert all(line.at <= preview.stopped_at for line in preview.lines.all())


def test_people_write_while_their_rows_are_copied(network, monkeypatch):
    """The copy holds its snapshot open; somebody renames an organisation meanwhile, and does not wait."""
    name = scratch.with_schema(scratch.name_beside("rehearsal"))
    organisation = Organisation.objects.order_by("name").first()
    former, original = organisation.name, copying._copy
    renamed, waited = Event(), []

    def rename() -> None:
        with scratch.connected() as somebody:
            somebody.execute("SET lock_timeout = '2s'")
            try:
                somebody.execute(
                    "UPDATE accounts_organisation SET name = 'Autre nom' WHERE id = %s", [organisation.pk]
                )
            except psycopg.errors.LockNotAvailable as late:
                waited.append(late)
        renamed.set()

    def copy(table, live, target):
        if table == "accounts_organisation":
            Thread(target=rename).start()
            assert renamed.wait(10)
        original(table, live, target)

    monkeypatch.setattr(copying, "_copy", copy)
    copying.copy_rows(name)
    organisation.refresh_from_db()
    assert (waited, organisation.name) == ([], "Autre nom")
    with scratch.connected(name) as copied:
        seen = copied.execute("SELECT name FROM accounts_organisation WHERE id = %s", [organisation.pk])
        assert seen.fetchone() == (former,)
    scratch.drop(name)


def test_the_pages_of_mails_that_have_left_are_not_carried(network):
    name = scratch.with_schema(scratch.name_beside("rehearsal"))
    waiting = OutgoingMail.objects.sent().first()
    OutgoingMail.objects.filter(pk=waiting.pk).update(status=MailStatus.PENDING, sent_at=None)
    copying.copy_rows(name)
    live = list(OutgoingMail.objects.order_by("pk").values_list("pk", "status", "text", "html"))
    with scratch.connected(name) as copied:
        rows = copied.execute("SELECT id, status, text, html FROM mail_outgoingmail ORDER BY id").fetchall()
    scratch.drop(name)
    left = {MailStatus.SENT: ""}
    assert rows == [(key, status, text, left.get(status, html)) for key, status, text, html in live]
    assert {bool(html) for *_, html in rows} == {True, False}


@pytest.fixture
def no_child(monkeypatch) -> list[str]:
    """Nothing is copied nor lived: only what is written of it is looked at."""
    emptied: list[str] = []
    monkeypatch.setattr(scratch, "with_schema", lambda name: name)
    monkeypatch.setattr(making, "copy_rows", lambda name: None)
    monkeypatch.setattr(making, "empty", emptied.append)
    monkeypatch.setattr(scratch, "run_manage", lambda *words, **more: '{"stopped_at": null}')
    return emptied


def test_a_crash_is_told_and_the_rows_copied_are_not_left(transactional_db, no_child, monkeypatch, caplog):
    def die(*words, **more):
        raise scratch.ChildFailed("MemoryError")

    monkeypatch.setattr(scratch, "run_manage", die)
    preview = make(30)
    assert preview.status == PreviewStatus.FAILED
    assert preview.error == making.BROKEN.format(preview=preview.pk)
    assert "MemoryError" not in preview.error
    assert f"Preview {preview.pk} failed" in caplog.text
    assert "MemoryError" in caplog.text
    assert no_child == [scratch.name_beside("rehearsal")]
    assert make(30).pk != preview.pk


def test_a_role_that_may_not_create_a_database_is_told_what_to_ask_for(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS sans_droit")
        cursor.execute("CREATE ROLE sans_droit LOGIN")
    told = connection.settings_dict["USER"]
    try:
        connection.settings_dict["USER"] = "sans_droit"
        with pytest.raises(scratch.CannotMakeDatabase, match="CREATEDB"):
            scratch.create(scratch.name_beside("refused"))
    finally:
        connection.settings_dict["USER"] = told
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE sans_droit")


def test_a_preview_that_was_killed_is_begun_again_by_the_next(transactional_db, no_child):
    """An update of the site stops its workers: nobody has to ask again."""
    killed = ask_preview(days=30, by=None)
    Preview.objects.update(status=PreviewStatus.RUNNING)
    ask_preview(days=1, by=None)
    assert making.make_waiting() == 2
    killed.refresh_from_db()
    assert (killed.status, killed.error) == (PreviewStatus.DONE, "")


@pytest.mark.parametrize("why", ["tried too long", "asked for anew"])
def test_a_preview_that_was_killed_is_not_begun_again_for_ever(transactional_db, no_child, why):
    killed = ask_preview(days=30, by=None)
    Preview.objects.update(status=PreviewStatus.RUNNING)
    if why == "asked for anew":
        Preview.objects.create(days=30)
    else:
        Preview.objects.update(asked_at=clock.now() - making.BEGUN_AGAIN_FOR)
    making.make_waiting()
    killed.refresh_from_db()
    assert (killed.status, killed.error) == (PreviewStatus.FAILED, making.INTERRUPTED)


def test_the_time_of_the_worker_runs_out_and_the_preview_waits_for_another(
    transactional_db, no_child, monkeypatch
):
    """celery says so with an exception like any other: it is no failure of what was being computed."""

    def runs_out(*words, **more):
        raise SoftTimeLimitExceeded

    preview, next_one = ask_preview(days=30, by=None), ask_preview(days=1, by=None)
    with monkeypatch.context() as short:
        short.setattr(scratch, "run_manage", runs_out)
        with pytest.raises(SoftTimeLimitExceeded):
            making.make_waiting()
    for waiting in (preview, next_one):
        waiting.refresh_from_db()
        assert (waiting.status, waiting.begins_at, waiting.error) == (PreviewStatus.WAITING, None, "")
    assert making.make_waiting() == 2


def test_the_rows_that_a_killed_preview_had_copied_go_and_its_child_with_them(transactional_db):
    name = scratch.name_beside(making.SCRATCH)
    scratch.drop(name)
    scratch.create(name)
    long_ago = clock.now() - making.BEGUN_AGAIN_FOR
    Preview.objects.create(days=30, status=PreviewStatus.RUNNING, asked_at=long_ago, begins_at=long_ago)
    with scratch.connected(name) as child:
        child.execute("CREATE TABLE people (name text)")
        child.commit()
        assert making.make_waiting() == 0
        assert not scratch.exists(name)
        with pytest.raises(psycopg.OperationalError):
            child.execute("SELECT * FROM people")


def test_two_at_once_never(transactional_db, no_child):
    preview = ask_preview(days=30, by=None)
    with making._alone() as alone:
        assert alone
        assert making.make_waiting() == 0
    preview.refresh_from_db()
    assert preview.status == PreviewStatus.WAITING
    assert making.make_waiting() == 1
    assert making.make_waiting() == 0


def test_only_the_latest_are_kept(transactional_db, no_child):
    for number in range(making.KEPT + 3):
        Preview.objects.create(
            days=30,
            asked_at=clock.now() - timedelta(minutes=number + 1),
            status="done",
            finished_at=clock.now(),
        )
    make(1)
    assert Preview.objects.count() == making.KEPT


def test_a_child_that_never_ends_is_stopped(transactional_db, monkeypatch):
    monkeypatch.setattr(scratch, "command", lambda *words: ("sleep", "30"))
    with pytest.raises(scratch.ChildFailed, match="stopped"):
        scratch.run_manage("nowhere", "rehearse", seconds=0.2)


def test_lines_come_day_by_day(transactional_db):
    preview = Preview.objects.create(days=30)
    late = datetime(2026, 12, 1, 22, 30, tzinfo=clock.PARIS)
    for minutes in (0, 60, 120):
        PreviewLine.objects.create(
            preview=preview, at=late + timedelta(minutes=minutes), kind="mail", name="a.b", text="Bonjour"
        )
    days = [(str(line["day"]), line["number"]) for line in preview.lines.per_day()]
    assert days == [("2026-12-01", 2), ("2026-12-02", 1)]
    assert preview.lines.on(late.date()).count() == 2


def test_the_command_refuses_a_living_database(transactional_db):
    done = subprocess.run(
        scratch.command("rehearse", "--days", "1", "--since", clock.now().isoformat(), "--seconds", "60"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode
    assert "copie" in done.stderr
