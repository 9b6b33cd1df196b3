"""What must hold after any fault, whatever happened: I1 to I8, and the promises of the agenda.

Everything is compared with two things: what the facts in the database call for, told here by hand, and what
the same morning gives without any fault (`Reference`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import mail as django_mail
from django.db.models import Q
from django.test import Client, override_settings

from accounts.enums import CHECKING_STATUSES, OrganisationStatus
from accounts.models import Claim, Membership, Organisation, User
from associations.enums import ProjectStatus
from associations.models import Project
from companies.enums import NeedStatus
from companies.models import Need
from matching.followups import WelcomeNewcomer
from matching.notifications import WELCOMES
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import run_due
from mecenova.calendar import clock
from mecenova.mail.claiming import LEASE
from mecenova.mail.composition import compose_due
from mecenova.mail.delivery import deliver_due
from mecenova.mail.digest import WeeklyDigest
from mecenova.mail.enums import LineStatus, MailStatus
from mecenova.mail.models import NEXT_TRY, DigestLine, OutgoingMail
from partnerships.followups import AnswerIntroduction
from partnerships.models import Introduction, Partnership
from partnerships.notifications import IntroductionRequested
from tests.faults.mail_server import MailServer

# How long a person or a machine may take to do what is no longer prevented; real seconds.
LIVENESS_SECONDS = 180
ALIVE: dict[Any, set[str]] = {
    Organisation: {*CHECKING_STATUSES, OrganisationStatus.CHECKED},
    Claim: {"waiting"},
    Project: {ProjectStatus.DRAFT, ProjectStatus.PUBLISHED},
    Need: {NeedStatus.DRAFT, NeedStatus.PUBLISHED},
    Introduction: {"queued", "requested", "later"},
    Partnership: {"discussion"},
}


class BrokenPromise(AssertionError):
    """What was promised and not kept, by the ids of the rows."""


def require(number: str, wrong: Iterable[object]) -> None:
    found = list(wrong)
    if found:
        raise BrokenPromise(f"{number}: {len(found)} broken, among them {[str(each) for each in found[:5]]}")


FollowUpFact = tuple[str, str, int, int, str]


def follow_ups() -> set[FollowUpFact]:
    rows = FollowUp.objects.values_list("rule", "subject_id", "cycle", "occurrence", "outcome")
    return {(rule, str(subject), cycle, day, outcome) for rule, subject, cycle, day, outcome in rows}


@dataclass(frozen=True)
class Reference:
    """The same morning, in one process, without any fault."""

    mails: dict[str, str]
    follow_ups: frozenset[FollowUpFact]
    subjects: frozenset[str]
    lines: dict[str, str]
    # Sent before the morning begins: no mail server of this suite has seen them.
    sent_before: frozenset[str]


def reference(moments: tuple[datetime, ...]) -> Reference:
    """Run all that is due at each moment, and remember what came of it. The database is replaced after."""
    subjects = frozenset(map(str, FollowUp.objects.values_list("subject_id", flat=True)))
    sent_before = frozenset(OutgoingMail.objects.sent().values_list("message_id", flat=True))
    backend = "django.core.mail.backends.locmem.EmailBackend"
    with clock.frozen(moments[0]) as now, override_settings(EMAIL_BACKEND=backend):
        for moment in moments:
            now.move_to(moment)
            django_mail.outbox = []
            while run_due() or compose_due() or deliver_due():
                pass
    mails = dict(OutgoingMail.objects.values_list("key", "status"))
    assert MailStatus.SENDING not in mails.values()
    lines = dict(DigestLine.objects.values_list("key", "status"))
    return Reference(mails, frozenset(follow_ups()), subjects, lines, sent_before)


@dataclass
class Account:
    """What the test knows that happened, against which the rows are held."""

    reference: Reference
    # Of one kill and one process each, or planned one by one at the mail server.
    repeats_allowed: int = 0
    never_happened: set[str] = field(default_factory=set)
    # Rows that the test itself means to see fail.
    expected_failures: set[str] = field(default_factory=set)
    # Addresses that refuse for good: what else was to go there is cancelled.
    refusing: set[str] = field(default_factory=set)
    # Subjects that somebody moved on meanwhile, which the reference does not know.
    touched: set[str] = field(default_factory=set)
    healed_at: datetime | None = None


def backlog() -> int:
    """What could be done now, or is being done."""
    moment = clock.now()
    # Follow-ups and lines first: those seen done have their mails written, which the next question sees.
    rows = FollowUp.objects.all().due(moment).count() + DigestLine.objects.all().due(moment).count()
    due = Q(status=MailStatus.PENDING, next_try__lte=moment)
    return (
        rows
        + OutgoingMail.objects.alias(next_try=NEXT_TRY).filter(due | Q(status=MailStatus.SENDING)).count()
    )


def retries_to_come() -> int:
    """Mails put off by a server, follow-ups put off by an error."""
    mails = OutgoingMail.objects.filter(status=MailStatus.PENDING).exclude(last_error="").count()
    return mails + FollowUp.objects.all().in_error().count()


def check(account: Account, server: MailServer) -> None:
    """All of them, at one instant: the clock is stopped and nothing runs any more."""
    every_fact_has_its_mails(account)
    every_row_has_ended()
    nothing_is_sent_twice_nor_lost(account, server)
    nothing_is_sent_for_what_did_not_happen(account, server)
    nothing_waited_longer_than_the_outage(account)
    each_line_is_told_once(account, server)
    whatever_is_alive_has_one_next_step()
    failures_are_shown_to_the_team(account)
    follow_ups_are_done_or_due_once(account)


def called_for() -> set[str]:
    """The mails that the facts call for, by hand: welcomes, requests and their first reminders."""
    people: dict[Any, list[Any]] = {}
    for organisation, user in Membership.objects.values_list("organisation_id", "user_id"):
        people.setdefault(organisation, []).append(user)
    welcomed = FollowUp.objects.filter(rule=WelcomeNewcomer.name)
    keys = set(welcomes(dict(welcomed.values_list("subject_id", "closed_at"))))
    for asked in Introduction.objects.filter(requested_at__isnull=False).select_related("company"):
        told = people[asked.company.organisation_id]
        keys |= {f"{IntroductionRequested.name}:{asked.pk}:{person}:" for person in told}
    reminded = FollowUp.objects.filter(rule=AnswerIntroduction.name, outcome=Outcome.DONE)
    # An answer closes the rows that were still to come: they reminded nobody.
    waiting = Introduction.objects.waiting().select_related("company")
    asked_again = waiting.in_bulk(list(reminded.values_list("subject_id", flat=True)))
    reminders = reminded.filter(occurrence__in=AnswerIntroduction.reminders, subject_id__in=asked_again)
    for row in reminders:
        mail = AnswerIntroduction.reminders[row.occurrence].name
        told = people[asked_again[row.subject_id].company.organisation_id]
        keys |= {f"{mail}:{row.subject_id}:{person}:{row.turn}" for person in told}
    return keys


def welcomes(welcomed_at: dict[Any, datetime | None]) -> Iterator[str]:
    """To whoever belonged to the newcomer by then."""
    members = Membership.objects.filter(organisation__in=welcomed_at).select_related("organisation")
    for member in members:
        moment = welcomed_at[member.organisation_id]
        if moment is None or member.joined_at <= moment:
            name = WELCOMES[member.organisation.kind].name
            yield f"{name}:{member.organisation_id}:{member.user_id}:"


def every_fact_has_its_mails(account: Account) -> None:
    """I1: exactly the rows that the facts call for, and those that the morning without faults has."""
    rows = {row.key: row for row in OutgoingMail.objects.all()}
    require("I1, mails missing", called_for() - rows.keys())
    require("I1, mails missing beside the reference", account.reference.mails.keys() - rows.keys())
    known = account.reference.subjects - account.touched
    more = [
        key
        for key, row in rows.items()
        if key not in account.reference.mails and str(row.subject_id) in known
    ]
    require("I1, mails that nothing called for", more)
    for key, status in account.reference.mails.items():
        row = rows[key]
        meant = row.message_id in account.expected_failures or str(row.subject_id) in account.touched
        meant = meant or (row.status == MailStatus.CANCELLED and row.address in account.refusing)
        if row.status != status and not meant:
            require(f"I1, {status} without faults and {row.status} with them", [row.pk])


def every_row_has_ended() -> None:
    """I2: sent, failed or cancelled; only what is due later may wait."""
    moment = clock.now()
    waiting = OutgoingMail.objects.alias(next_try=NEXT_TRY).filter(
        status=MailStatus.PENDING, next_try__lte=moment
    )
    require("I2, due and not sent", waiting.values_list("pk", flat=True))
    leased = OutgoingMail.objects.filter(status=MailStatus.SENDING)
    require("I2, still being sent", leased.values_list("pk", flat=True))


def nothing_is_sent_twice_nor_lost(account: Account, server: MailServer) -> None:
    """I3: one acceptance per row said to be sent; each repeat known to the row, and their sum bounded."""
    times = server.times_by_message_id()
    rows = {row.message_id: row for row in OutgoingMail.objects.all()}
    received = times.keys() | account.reference.sent_before
    said = [row for row in rows.values() if row.status == MailStatus.SENT]
    lost = [row.pk for row in said if row.message_id not in received]
    require("I3, said to be sent and never received", lost)
    require("I3, received and unknown to the outbox", times.keys() - rows.keys())
    repeats = {message: count - 1 for message, count in times.items() if count > 1}
    uncounted = [rows[message].pk for message, count in repeats.items() if count > rows[message].uncertain]
    require("I3, sent again without being counted", uncounted)
    if sum(repeats.values()) > account.repeats_allowed:
        require(f"I3, {sum(repeats.values())} repeats where {account.repeats_allowed} are allowed", repeats)
    contents: dict[str, set[str]] = {}
    for recipient, message in server.accepted:
        contents.setdefault(message["Message-ID"], set()).add(f"{recipient} {message['Subject']}")
    require("I3, one Message-ID for two mails", [key for key, each in contents.items() if len(each) > 1])


def nothing_is_sent_for_what_did_not_happen(account: Account, server: MailServer) -> None:
    """I4: neither received nor written."""
    require("I4, sent", account.never_happened & server.times_by_message_id().keys())
    written = OutgoingMail.objects.filter(message_id__in=account.never_happened)
    require("I4, written", written.values_list("pk", flat=True))


def each_line_is_told_once(account: Account, server: MailServer) -> None:
    """I3 of the weekly digest: each of its lines ends as without faults, in one mail that says it once."""
    now = dict(DigestLine.objects.values_list("key", "status"))
    require("I3, lines lost", account.reference.lines.keys() - now.keys())
    wrong = [key for key, status in account.reference.lines.items() if now[key] != status]
    require("I3, lines that did not end as without faults", wrong)
    sent = DigestLine.objects.filter(status=LineStatus.SENT)
    require(
        "I3, lines said to be told", sent.exclude(mail__status=MailStatus.SENT).values_list("pk", flat=True)
    )
    told = Counter(sent.values_list("mail__message_id", flat=True))
    digests = set(
        OutgoingMail.objects.sent()
        .filter(notification=WeeklyDigest.name)
        .exclude(message_id__in=account.reference.sent_before)
        .values_list("message_id", flat=True)
    )
    require("I3, digests that say nothing", digests - told.keys())
    for _, message in server.accepted:
        if (key := message["Message-ID"]) in digests:
            html = message.get_body(("html",)).get_content()
            # A letter of one line has its title as its own.
            if html.count("<h2") != (told[key] if told[key] > 1 else 0):
                require("I3, a digest that does not say its lines", [key])


def nothing_waited_longer_than_the_outage(account: Account) -> None:
    """I5: sent by the end of the outage, two leases, and the time that the work itself takes."""
    assert account.healed_at is not None
    bound = 2 * LEASE + timedelta(seconds=LIVENESS_SECONDS * settings.VIRTUAL_RATE)
    sent = OutgoingMail.objects.sent().filter(attempts__gt=0)
    late = [
        row.pk for row in sent if row.sent_at > max(row.retry_at or row.due_at, account.healed_at) + bound
    ]
    require("I5, sent too late", late)


def whatever_is_alive_has_one_next_step() -> None:
    """I6: an open owner for each sign-up, and for all that is alive; nothing for what is over."""
    for model, alive in ALIVE.items():
        steps = FollowUp.objects.steps().filter(subject_type__model=model._meta.model_name)
        held = Counter(steps.values_list("subject_id", flat=True))
        expected = set(model.objects.filter(status__in=alive).values_list("pk", flat=True))
        require(f"I6, {model.__name__} without a next step", expected - held.keys())
        require(f"I6, {model.__name__} over, with a next step", held.keys() - expected)
        require(f"I6, {model.__name__} with two", [key for key, number in held.items() if number > 1])


def failures_are_shown_to_the_team(account: Account) -> None:
    """I7: what a person must look at is counted on the team's page; nothing else is there."""
    failed = OutgoingMail.objects.failed()
    unexpected = failed.exclude(message_id__in=account.expected_failures)
    require("I7, failed without a reason of this test", unexpected.values_list("pk", flat=True))
    page = team_page()
    for number, words in (
        (failed.count(), "en échec"),
        (FollowUp.objects.all().in_error().count(), "relances? en erreur"),
        (DigestLine.objects.all().in_error().count(), "lignes? de la lettre de la semaine en erreur"),
    ):
        if number and not re.search(rf"\b{number}\b[^\n]*{words}", page):
            require(f"I7, {number} {words}", ["not shown"])


def team_page() -> str:
    client = Client()
    client.force_login(User.objects.get(email="equipe@mecenova.example"))
    answer = client.get("/equipe/")
    assert answer.status_code == 200
    return answer.content.decode()


def follow_ups_are_done_or_due_once(account: Account) -> None:
    """Each due follow-up done as without faults, none twice: the key refuses it, the reference tells it."""
    known = account.reference.subjects - account.touched
    now = {fact for fact in follow_ups() if fact[1] in known and not fact[0].startswith("faults.")}
    wanted = {fact for fact in account.reference.follow_ups if fact[1] in known}
    require("Follow-ups missing beside the reference", wanted - now)
    require("Follow-ups that nothing called for", now - wanted)
    overdue = FollowUp.objects.all().due(clock.now()).exclude(rule__startswith="faults.")
    require("Follow-ups due and not done", overdue.values_list("pk", flat=True))
