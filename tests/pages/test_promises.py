"""Kept or broken: the same answer as a patient reader of the rows, and the same on every later day."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import OrganisationKind, OrganisationStatus
from accounts.models import Membership, Organisation
from associations.models import Association
from infotheque.operations import withdraw_document
from matching.models import Suggestion
from matching.notifications import SuggestionDeclined
from mecenova.agenda.models import FollowUp, SilenceCheck
from mecenova.calendar import clock
from mecenova.mail.delivery import deliver_due
from mecenova.mail.enums import Unsent
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.mail.operations import queue, queue_message, retry_failed
from mecenova.pages.promises import PROMISES, kept, kept_by_month
from mecenova.workflow.models import TransitionRecord
from partnerships.models import Introduction, RefusalStep
from partnerships.notifications import IntroductionDeclined
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.infotheque.factories import DocumentFactory
from tests.mail.factories import OutgoingMailFactory
from tests.matching.factories import SuggestionFactory
from tests.pages.promised import ALL_TIME, HOUR, NOW, asked, counted
from tests.pages.waiting import Network
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
settings_here = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def day(moment):
    return clock.paris(moment).date()


class Reader:
    """Reads every row, one by one, in plain Python."""

    def __init__(self):
        self.found = Counter()
        self.records = list(TransitionRecord.objects.all())
        self.mails = list(OutgoingMail.objects.all())
        self.lines = list(DigestLine.objects.select_related("mail"))
        self.steps = list(RefusalStep.objects.select_related("document"))
        self.organisations = {each.pk: each for each in Organisation.objects.all()}
        self.introductions = {each.pk: each for each in Introduction.objects.with_parties()}
        self.members = set(Membership.objects.values_list("organisation", flat=True))

    def settle(self, number, is_kept, on):
        if self.first <= on <= self.last:
            self.found[number, is_kept] += 1

    def read(self, first, last):
        self.first, self.last = first, last
        self.welcomes()
        for rows in self.cycles():
            self.step(rows)
        for one in self.introductions.values():
            if one.status == "no":
                self.refusal(one, one.kind, one.asked_by_side, one.asking_organisation)
        for one in Suggestion.objects.filter(status="declined").with_parties():
            self.refusal(one, one.need.kind, "association", one.association.organisation)
        for mail in self.mails:
            self.mail(mail)
        return {n: (self.found[n, True], self.found[n, False]) for n in range(1, 7)}

    def refusal(self, one, kind, told, organisation):
        of_reason = [
            step for step in self.steps if (step.asked_by_side, step.reason) == (told, one.refusal_reason)
        ]
        step = max(of_reason, key=lambda step: (step.kind == kind, step.kind == "", step.retry_after_days))
        written = [
            mail.status
            for mail in self.mails
            if (mail.subject_id, mail.notification) == (one.pk, "partnerships.introduction_declined")
        ]
        written += [
            line.mail.status if line.mail else "pending" for line in self.lines if line.subject_id == one.pk
        ]
        there = Membership.objects.filter(organisation=organisation, joined_at__lte=one.answered_at)
        is_told = not there.exists() or set(written) - {"failed"}
        is_read = step.document is not None and step.document.status == "published"
        self.settle(5, bool(is_told and is_read), day(one.answered_at))

    def welcomes(self):
        for one in self.organisations.values():
            if one.origin != "sign_up":
                continue
            sent = [mail.sent_at for mail in self.mails if mail.subject_id == one.pk and mail.sent_at]
            limit = one.created_at + HOUR
            if sent and min(sent) <= limit:
                self.settle(2, True, day(one.created_at))
            elif limit < NOW and one.pk in self.members and (one.left_at is None or one.left_at > limit):
                self.settle(2, False, day(one.created_at))

    def cycles(self):
        cycles = {}
        for row in FollowUp.objects.order_by("occurrence"):
            cycles.setdefault((row.rule, row.subject_id, row.cycle), []).append(row)
        return cycles.values()

    def step(self, rows):
        rule, key, since = rows[0].rule, rows[0].subject_id, rows[0].since
        number = {"accounts.staff_check": 2, "partnerships.answer": 3, "associations.presentation": 4}[rule]
        deadline = day(rows[0].deadline if number == 2 else max(row.deadline for row in rows))
        if number == 3:
            deadline = max(deadline, day(max(row.due_at for row in rows)))
        done = min(self.moments(number, key, since), default=None)
        if done and day(done) <= deadline:
            self.settle(number, number != 3 or self.told(key, done), day(done))
            return
        ended = None if any(row.is_open for row in rows) else day(max(row.closed_at for row in rows))
        if deadline < day(NOW) and (ended is None or ended > deadline):
            self.settle(number, False, deadline)

    def moments(self, number, key, since):
        verbs = {
            2: ("check", "ask_for_changes"),
            3: ("accept", "postpone", "decline", "release"),
            4: ("call",),
        }[number]
        yield from (
            line.at
            for line in self.records
            if line.subject_id == key
            and line.verb in verbs
            and (line.at >= since if number < 4 else line.at > since)
        )
        if number == 4:
            shown = Suggestion.objects.filter(association__organisation=key, presented_at__gt=since)
            yield from shown.values_list("presented_at", flat=True)

    def told(self, key, done):
        written = any(
            mail.subject_id == key and mail.status != "failed" and mail.created_at >= done
            for mail in self.mails
        )
        return written or self.introductions[key].asking_organisation.pk not in self.members

    def mail(self, mail):
        late = mail.due_at + HOUR
        if mail.settled_at or late < NOW:
            self.settle(6, bool(mail.settled_at and mail.settled_at <= late), day(mail.due_at))


@settings_here
@given(seed=st.integers(0, 10**6), first=st.integers(0, 500), length=st.integers(0, 400))
def test_a_reader_of_every_row_finds_the_same(seed, first, length):
    start = NOW.date() - timedelta(days=first)
    with clock.frozen(NOW), transaction.atomic():
        Network(seed, organisations=25, introductions=20)
        for period in (ALL_TIME, (start, start + timedelta(days=length))):
            assert counted(*period) == Reader().read(*period)
        transaction.set_rollback(True)


@settings_here
@given(seed=st.integers(0, 10**6), later=st.integers(1, 200))
def test_what_is_settled_changes_sides_no_more(seed, later):
    """On any later day the past says the same, when nothing was written meanwhile."""
    past = (date(2020, 1, 1), NOW.date() - timedelta(days=1))
    with clock.frozen(NOW) as today, transaction.atomic():
        Network(seed, organisations=20, introductions=10)
        before = counted(*past)
        today.advance(timedelta(days=later))
        assert counted(*past) == before
        transaction.set_rollback(True)


@settings_here
@given(seed=st.integers(0, 10**6))
def test_months_add_up(seed):
    with clock.frozen(NOW), transaction.atomic():
        Network(seed, organisations=20, introductions=10)
        totals = Counter()
        for counts in kept_by_month(*ALL_TIME).values():
            for count in counts:
                totals[count.number, "kept"] += count.kept
                totals[count.number, "broken"] += count.broken
        whole = counted(*ALL_TIME)
        assert all((totals[n, "kept"], totals[n, "broken"]) == whole[n] for n in whole)
        transaction.set_rollback(True)


def test_an_empty_site_has_kept_and_broken_nothing():
    assert [(count.number, count.kept, count.broken) for count in kept(*ALL_TIME)] == [
        (promise.number, 0, 0) for promise in PROMISES
    ]


def test_nights_are_counted_in_paris_days():
    SilenceCheck.objects.create(at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC), subjects=40, violations=2)
    assert counted(date(2026, 11, 1), date(2026, 11, 30))[1] == (38, 2)
    assert counted(date(2026, 10, 1), date(2026, 10, 31))[1] == (0, 0)


def test_an_answer_on_the_evening_of_the_last_day_is_in_time():
    evening = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    with clock.frozen(NOW):
        introduction = asked(deadline=datetime(2026, 11, 20, 8, tzinfo=UTC), answered=evening)
        assert counted(*ALL_TIME)[3] == (1, 0)
        TransitionRecord.objects.filter(subject_id=introduction.pk).update(at=evening + timedelta(hours=4))
        FollowUp.objects.update(closed_at=evening + timedelta(hours=4))
        assert counted(*ALL_TIME)[3] == (0, 1)


def test_a_request_is_released_once_its_last_day_is_over():
    """On the working morning after, and no later."""
    with clock.frozen(NOW + timedelta(days=2)):
        introduction = asked(
            deadline=datetime(2026, 11, 20, 8, tzinfo=UTC), answered=datetime(2026, 11, 23, 8, tzinfo=UTC)
        )
        records = TransitionRecord.objects.filter(subject_id=introduction.pk)
        records.update(verb="release")
        assert counted(*ALL_TIME)[3] == (0, 1)
        FollowUp.objects.update(due_at=datetime(2026, 11, 23, 8, tzinfo=UTC))
        assert counted(*ALL_TIME)[3] == (1, 0)
        records.update(at=datetime(2026, 11, 24, 8, tzinfo=UTC))
        FollowUp.objects.update(closed_at=datetime(2026, 11, 24, 8, tzinfo=UTC))
        assert counted(*ALL_TIME)[3] == (0, 1)


def test_an_answer_that_nobody_was_told_of_breaks_the_promise():
    moment = datetime(2026, 11, 18, 9, tzinfo=UTC)
    with clock.frozen(NOW):
        introduction = asked(deadline=NOW, answered=moment)
        OutgoingMail.objects.filter(subject_id=introduction.pk).update(
            status="failed", sent_at=None, last_error="550"
        )
        assert counted(*ALL_TIME)[3] == (0, 1)


def test_a_request_that_lost_its_object_is_neither_kept_nor_broken():
    with clock.frozen(NOW):
        introduction = asked(deadline=NOW - timedelta(days=5), answered=NOW - timedelta(days=9))
        TransitionRecord.objects.filter(subject_id=introduction.pk).update(verb="end")
        assert counted(*ALL_TIME)[3] == (0, 0)


def test_who_leaves_within_the_hour_was_owed_no_welcome():
    with clock.frozen(NOW):
        gone = OrganisationFactory(
            status=OrganisationStatus.LEFT,
            created_at=NOW - 5 * HOUR,
            left_at=NOW - 5 * HOUR + timedelta(minutes=9),
        )
        MembershipFactory(organisation=gone)
        assert counted(*ALL_TIME)[2] == (0, 0)
        Organisation.objects.update(left_at=NOW - 3 * HOUR)
        assert counted(*ALL_TIME)[2] == (0, 1)


@pytest.fixture
def refusals():
    """A request declined, with its mail, and a suggestion declined, with its line; their document."""
    document = DocumentFactory(published=True)
    RefusalStep.objects.update(document=document)
    no = {"status": "no", "refusal_reason": "timing", "answered_at": NOW, "retry_on": NOW.date()}
    introduction = IntroductionFactory(**no)
    suggestion = SuggestionFactory(declined=True, answered_at=NOW)
    for one in (introduction, suggestion):
        member_of(one.association)
    Membership.objects.update(joined_at=NOW - timedelta(days=9))
    with clock.frozen(NOW), transaction.atomic():
        queue(IntroductionDeclined, introduction)
        queue(SuggestionDeclined, suggestion)
    return document


def test_a_refusal_whose_document_was_withdrawn_is_no_step(refusals):
    with clock.frozen(NOW):
        assert counted(*ALL_TIME)[5] == (2, 0)
        withdraw_document(document=refusals, by=StaffFactory())
        assert counted(*ALL_TIME)[5] == (0, 2)
        RefusalStep.objects.filter(reason="timing").update(document=DocumentFactory(published=True))
        assert counted(*ALL_TIME)[5] == (1, 1)
        RefusalStep.objects.update(document=None)
        assert counted(*ALL_TIME)[5] == (0, 2)


def test_a_refusal_that_nobody_could_be_told_of_is_no_step(refusals):
    with clock.frozen(NOW):
        mail, line = OutgoingMail.objects.get(), DigestLine.objects.get()
        OutgoingMail.objects.update(status="failed", last_error="550")
        assert counted(*ALL_TIME)[5] == (1, 1)
        DigestLine.objects.update(mail=mail)
        assert counted(*ALL_TIME)[5] == (0, 2)
        OutgoingMail.objects.update(status="cancelled", last_error=Unsent.IN_TROUBLE)
        assert counted(*ALL_TIME)[5] == (0, 2)
        OutgoingMail.objects.update(status="sent", sent_at=NOW, last_error="")
        assert counted(*ALL_TIME)[5] == (2, 0)
        line.delete()
        assert counted(*ALL_TIME)[5] == (1, 1)
        Membership.objects.update(joined_at=NOW + HOUR)
        assert counted(*ALL_TIME)[5] == (2, 0), "nobody was there to be told"


def test_mails_of_the_last_hour_are_not_yet_due():
    with clock.frozen(NOW):
        OutgoingMailFactory(due_at=NOW - timedelta(minutes=59))
        assert counted(*ALL_TIME)[6] == (0, 0)
        OutgoingMail.objects.update(due_at=NOW - timedelta(minutes=61))
        assert counted(*ALL_TIME)[6] == (0, 1)


class NoServer(BaseEmailBackend):
    """Nobody listens until somebody does."""

    is_away = True

    def open(self):
        if NoServer.is_away:
            raise ConnectionRefusedError

    def send_messages(self, messages):
        return len(messages)


@pytest.fixture
def no_server(settings, monkeypatch):
    monkeypatch.setattr(NoServer, "is_away", True)
    settings.EMAIL_BACKEND = f"{__name__}.NoServer"


def deliver_until(stopped, moment):
    while stopped() < moment:
        deliver_due()
        stopped.advance(timedelta(minutes=20))


def write_to(person, key):
    queue_message(key=key, subject="Objet", text="Texte", recipient=person, urgent=False)
    return OutgoingMail.objects.get(key=f"message:{key}")


def test_six_hours_without_a_server_break_the_promise(no_server):
    """Each attempt has its own moment; what was promised keeps the one it was written for."""
    with clock.frozen(NOW) as stopped:
        mail = write_to(UserFactory(), "late")
        deliver_until(stopped, NOW + 6 * HOUR)
        assert counted(*ALL_TIME)[6] == (0, 1), "an hour has passed, and it waits"
        NoServer.is_away = False
        deliver_due()
        mail.refresh_from_db()
        assert (mail.due_at, mail.sent_at) == (NOW, NOW + 6 * HOUR)
        assert counted(*ALL_TIME)[6] == (0, 1)


def test_an_outage_shorter_than_an_hour_breaks_nothing(no_server):
    with clock.frozen(NOW) as stopped:
        write_to(UserFactory(), "soon")
        deliver_until(stopped, NOW + timedelta(minutes=40))
        NoServer.is_away = False
        deliver_due()
        assert counted(*ALL_TIME)[6] == (1, 0)


def test_what_waits_for_the_morning_is_due_in_the_morning():
    evening, morning = datetime(2026, 11, 21, 22, tzinfo=UTC), datetime(2026, 11, 23, 7, tzinfo=UTC)
    with clock.frozen(evening) as stopped:
        mail = write_to(UserFactory(), "night")
        assert mail.due_at == morning
        stopped.move_to(morning + timedelta(minutes=1))
        deliver_due()
        assert counted(*ALL_TIME)[6] == (1, 0)


def test_what_failed_in_time_and_is_put_back_changes_sides_no_more(no_server):
    with clock.frozen(NOW) as stopped:
        mail = write_to(UserFactory(), "refused")
        OutgoingMail.objects.update(status="failed", last_error="550", settled_at=NOW)
        assert counted(*ALL_TIME)[6] == (1, 0)
        stopped.advance(5 * HOUR)
        assert retry_failed(mails=OutgoingMail.objects.filter(pk=mail.pk), by=None) == 1
        deliver_until(stopped, stopped() + 3 * HOUR)
        assert counted(*ALL_TIME)[6] == (1, 0)
        mail.refresh_from_db()
        assert (mail.due_at, mail.settled_at) == (NOW, NOW)


def test_who_is_given_up_or_left_too_late_was_kept_waiting(no_server):
    """Failed after two days, or cancelled after six hours: the promise was broken before that."""
    with clock.frozen(NOW) as stopped:
        person = UserFactory()
        write_to(person, "left")
        deliver_until(stopped, NOW + 6 * HOUR)
        person.is_active = False
        person.save()
        deliver_due()
        assert OutgoingMail.objects.get().status == "cancelled"
        assert counted(*ALL_TIME)[6] == (0, 1)


def test_a_line_that_missed_its_digest_is_a_message_forgotten():
    with clock.frozen(NOW):
        mail = OutgoingMailFactory(
            status="sent", sent_at=NOW - HOUR, due_at=NOW - HOUR, created_at=NOW - HOUR
        )
        line = DigestLine.objects.create(
            key="line", notification="a", category="service", recipient=mail.recipient, about=mail, due_at=NOW
        )
        assert counted(*ALL_TIME)[6] == (1, 0)
        DigestLine.objects.update(due_at=NOW - 3 * HOUR)
        assert counted(*ALL_TIME)[6] == (1, 1)
        DigestLine.objects.update(mail=mail, due_at=mail.created_at)
        assert counted(*ALL_TIME)[6] == (1, 0)
        cancelled = DigestLine.objects.filter(pk=line.pk)
        cancelled.update(status="cancelled", mail=None, due_at=NOW - 3 * HOUR, settled_at=NOW - 3 * HOUR)
        assert counted(*ALL_TIME)[6] == (1, 0)
        cancelled.update(settled_at=NOW)
        assert counted(*ALL_TIME)[6] == (1, 1), "it was found needless when it was late already"


def test_the_number_of_queries_depends_on_no_row(query_count):
    few = query_count(lambda: kept(*ALL_TIME))
    with clock.frozen(NOW):
        Network(3, organisations=200, introductions=100)
    assert query_count(lambda: kept(*ALL_TIME)) == few == 2


def test_the_network_drawn_says_something_of_every_promise():
    """Otherwise the comparison above would compare nothing."""
    with clock.frozen(NOW):
        Network(1, organisations=150, introductions=150)
        SilenceCheck.objects.create(subjects=9, violations=1)
        found = counted(*ALL_TIME)
    assert all(found[n][0] for n in range(1, 7))
    assert all(found[n][1] for n in range(1, 7))
    assert (
        Association.objects.count() == Organisation.objects.filter(kind=OrganisationKind.ASSOCIATION).count()
    )
