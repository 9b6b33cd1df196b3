"""The outbox against anything that can happen to it: servers that fail, senders that die, people who leave.

What must hold, whatever the order: nothing is lost, nothing accepted is sent again except after an unknown
outcome, and then with the same Message-ID.
"""

from collections import Counter
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from mecenova.calendar import clock
from mecenova.mail.claiming import LEASE, claim, hand_over
from mecenova.mail.delivery import MOST_ATTEMPTS, MOST_UNCERTAIN, deliver_due
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue, retry_failed
from mecenova.mail.smtp import OutcomeUnknown
from tests.mail.factories import PersonFactory
from tests.mail.notifications_for_tests import Reminder, Welcome
from tests.stories import Story

ERRORS = {
    "later": SMTPRecipientsRefused({"x": (450, b"later")}),
    "refused": SMTPDataError(554, b"never"),
    "cut": SMTPServerDisconnected("cut"),
    "unknown": OutcomeUnknown("cut after the content"),
    "strange": RuntimeError("?"),
}


class ScriptedBackend(BaseEmailBackend):
    """Answers what the story says; counts what it accepted, told or not."""

    knows_outcomes = True
    is_away = False
    script: list[str] = []
    accepted: Counter[str] = Counter()

    def open(self):
        if self.is_away:
            raise ConnectionRefusedError

    def send_messages(self, messages):
        answer = self.script.pop(0) if self.script else "accept"
        if answer in ("accept", "unknown"):
            self.accepted.update(message.extra_headers["Message-ID"] for message in messages)
        if answer in ERRORS:
            raise ERRORS[answer]
        return len(messages)


class Outbox(Story):
    people = Bundle("people")

    @initialize()
    def begin(self):
        OutgoingMail.objects.all().delete()
        ScriptedBackend.script, ScriptedBackend.accepted, ScriptedBackend.is_away = [], Counter(), False
        self.queued = set()
        self.retried = 0

    @rule(target=people)
    def somebody_arrives(self):
        return PersonFactory()

    @rule(person=people, kind=st.sampled_from([Welcome, Reminder]), occurrence=st.sampled_from(["", "2"]))
    def a_mail_is_queued(self, person, kind, occurrence):
        queue(kind, person, occurrence=occurrence)
        if person.is_active:
            self.queued.add(f"{kind.name}:{person.pk}:{person.pk}:{occurrence}")

    @rule(person=people)
    def a_fact_is_rolled_back(self, person):
        with transaction.atomic():
            queue(Welcome, person, occurrence="rolled back")
            transaction.set_rollback(True)

    @rule(script=st.lists(st.sampled_from(["accept", *ERRORS]), max_size=5), limit=st.integers(1, 5))
    def a_drain(self, script, limit):
        ScriptedBackend.script = script
        deliver_due(limit=limit)

    @rule()
    def a_sender_dies_after_its_claim(self):
        claim(clock.now())

    @rule()
    def a_sender_dies_after_the_server_accepted(self):
        for mail in claim(clock.now())[:1]:
            hand_over(mail)
            ScriptedBackend.accepted[mail.message_id] += 1

    @rule(away=st.booleans())
    def the_server_goes_away_or_returns(self, away):
        ScriptedBackend.is_away = away

    @rule(minutes=st.integers(1, 600))
    def time_passes(self, minutes):
        self.clock.advance(timedelta(minutes=minutes))

    @rule(person=people)
    def somebody_leaves(self, person):
        person.is_active = False
        person.save()

    @rule(person=people)
    def somebody_answers(self, person):
        person.last_name = "Répondu"
        person.save()

    @rule()
    def staff_retries(self):
        self.retried += bool(retry_failed(mails=OutgoingMail.objects.all(), by=None))

    @invariant()
    def every_fact_has_exactly_its_rows(self):
        if hasattr(self, "queued"):
            assert set(OutgoingMail.objects.values_list("key", flat=True)) == self.queued

    @invariant()
    def what_is_said_sent_was_accepted(self):
        if hasattr(self, "queued"):
            for mail in OutgoingMail.objects.sent():
                assert ScriptedBackend.accepted[mail.message_id] >= 1

    @invariant()
    def repeats_are_bounded_and_counted(self):
        if not hasattr(self, "queued"):
            return
        for mail in OutgoingMail.objects.all():
            repeats = ScriptedBackend.accepted[mail.message_id] - 1
            allowed = mail.uncertain + self.retried * (MOST_UNCERTAIN + 1)
            assert repeats <= allowed, mail.last_error
            assert mail.uncertain <= MOST_UNCERTAIN + 1

    def teardown(self):
        try:
            if hasattr(self, "queued"):
                self.everything_ends()
        finally:
            super().teardown()

    def everything_ends(self):
        """With a server that works, every mail ends sent, failed or cancelled."""
        ScriptedBackend.is_away, ScriptedBackend.script = False, []
        for _ in range(MOST_ATTEMPTS):
            self.clock.advance(max(timedelta(hours=60), LEASE))
            deliver_due()
        assert not OutgoingMail.objects.waiting().exists()
        assert set(OutgoingMail.objects.values_list("status", flat=True)) <= {
            MailStatus.SENT,
            MailStatus.FAILED,
            MailStatus.CANCELLED,
        }


@pytest.mark.django_db
def test_the_outbox_loses_nothing_and_repeats_almost_nothing(settings_of_django):
    run_state_machine_as_test(
        Outbox,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        ),
    )


@pytest.fixture
def settings_of_django(settings):
    settings.EMAIL_BACKEND = "tests.mail.test_outbox_machine.ScriptedBackend"
