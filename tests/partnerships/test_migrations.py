"""Rows written by the release before this one live through its migrations, and keep their next step."""

import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from django.contrib.contenttypes.models import ContentType

from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step
from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from partnerships.followups import DidYouTalk
from partnerships.models import Introduction, Partnership, RefusalStep
from partnerships.refusals import next_steps_after
from tests.migrating import migrate, migrate_to_now

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("partnerships", "0002_ends_by_leaving"), ("mail", "0001_initial"), ("agenda", "0001_initial")]
BEFORE_CONTESTED = [("partnerships", "0006_withdrawn_introductions")]
# (kind, reason as it was, reason as it is): « amount » now belongs to money alone.
REFUSED = [
    ("financial", "amount", "amount"),
    ("in_kind", "amount", "quantity"),
    ("skills", "amount", "duration"),
    ("volunteering", "amount", "no_volunteers"),
    ("co_construction", "amount", "unclear"),
    ("skills", "timing", "timing"),
    ("in_kind", "values", "values"),
]
ANSWERED = datetime(2026, 11, 2, 23, 30, tzinfo=clock.PARIS)


@pytest.fixture
def former(request) -> Iterator:
    """The tables as they were; whatever happens, they are put back as they are."""
    try:
        yield migrate(*getattr(request, "param", BEFORE))
    finally:
        migrate_to_now()


def pair(model) -> dict:
    organisations = [
        model("accounts", "Organisation").objects.create(
            kind=kind,
            name=f"Essai {uuid.uuid4()}",
            name_key=str(uuid.uuid4()),
            postal_code="75011",
            status="checked",
            checked_at=clock.now(),
        )
        for kind in ("association", "company")
    ]
    return {
        "association": model("associations", "Association").objects.create(organisation=organisations[0]),
        "company": model("companies", "Company").objects.create(organisation=organisations[1]),
    }


def introduction(model, **values):
    asked = {"asked_by_side": "association", "note": "Bonjour", "requested_at": clock.now(), **pair(model)}
    return model("partnerships", "Introduction").objects.create(**asked | values)


def test_rows_of_the_first_release_live_on(former):
    """Written side by side, as such a release leaves them: going there and back takes most of the time."""
    live_on = [
        refusals_keep_a_reason_of_their_kind_and_get_a_date(former),
        an_association_that_said_no_with_a_company_s_words_has_said_it_in_its_own(former),
        a_partnership_under_way_is_next_asked_whether_its_sides_talked(former),
    ]
    migrate_to_now()
    ContentType.objects.clear_cache()
    for check in live_on:
        check()


def refusals_keep_a_reason_of_their_kind_and_get_a_date(former) -> Callable[[], None]:
    asked = [
        introduction(former, kind=kind, status="no", refusal_reason=reason, answered_at=ANSWERED).pk
        for kind, reason, _ in REFUSED
    ]
    waiting = introduction(former, kind="financial", status="requested").pk

    def check() -> None:
        rows = Introduction.objects.in_bulk(asked)
        assert [rows[pk].refusal_reason for pk in asked] == [reason for _, _, reason in REFUSED]
        days = dict(
            RefusalStep.objects.filter(asked_by_side="association").values_list("reason", "retry_after_days")
        )
        for row in rows.values():
            assert row.retry_on is not None
            assert (row.retry_on - date(2026, 11, 2)).days == days[row.refusal_reason]
        assert Introduction.objects.get(pk=waiting).retry_on is None

    return check


def an_association_that_said_no_with_a_company_s_words_has_said_it_in_its_own(former) -> Callable[[], None]:
    said = [("financial", "budget_spent", "timing"), ("skills", "out_of_policy", "out_of_mission")]
    said += [("volunteering", "values", "values"), ("in_kind", "unclear", "request_unclear")]
    asked = [
        introduction(
            former,
            kind=kind,
            status="no",
            refusal_reason=reason,
            answered_at=ANSWERED,
            asked_by_side="company",
        ).pk
        for kind, reason, _ in said
    ]

    def check() -> None:
        rows = Introduction.objects.in_bulk(asked)
        assert [rows[pk].refusal_reason for pk in asked] == [reason for _, _, reason in said]
        assert all(next_steps_after(row).advice for row in rows.values())

    return check


def a_partnership_under_way_is_next_asked_whether_its_sides_talked(former) -> Callable[[], None]:
    accepted = introduction(former, kind="financial", status="yes", answered_at=ANSWERED)
    opened = former("partnerships", "Partnership").objects.create(
        kind="financial", title="Essai", introduction=accepted
    )
    kind = former("contenttypes", "ContentType").objects.get(app_label="partnerships", model="partnership")
    about = {"subject_type": kind, "subject_id": opened.pk}
    due = datetime(2026, 12, 1, 9, tzinfo=clock.PARIS)
    former("agenda", "FollowUp").objects.create(
        rule="partnerships.first_meeting",
        occurrence=10,
        owner="organisation",
        is_step=True,
        what="Se voir",
        since=ANSWERED,
        due_at=due,
        deadline=due,
        outcome="open",
        **about,
    )
    for number, status in enumerate(("pending", "sent")):
        former("mail", "OutgoingMail").objects.create(
            key=str(number),
            message_id=str(number),
            notification="partnerships.first_meeting_reminder",
            category="service",
            address="a@exemple.fr",
            subject="Essai",
            text="Essai",
            status=status,
            due_at=due,
            sent_at=due if status == "sent" else None,
            **about,
        )

    def check() -> None:
        partnership = Partnership.objects.get(pk=opened.pk)
        step = next_step(partnership)
        assert step is not None
        assert (step.rule, step.occurrence, step.due_at) == (DidYouTalk.name, DidYouTalk.days[0], due)
        assert DidYouTalk().still_relevant(partnership)
        assert FollowUp.objects.about([partnership]).filter(outcome=Outcome.OPEN).count() == 1
        # A mail that this release cannot write again is not tried for two days, then shown as failed.
        assert set(OutgoingMail.objects.values_list("status", flat=True)) == {
            MailStatus.CANCELLED,
            MailStatus.SENT,
        }

    return check


@pytest.mark.parametrize("former", [BEFORE_CONTESTED], indirect=True)
def test_a_signature_contested_before_is_still_the_team_s_to_settle(former):
    values = {"kind": "financial", "title": "Essai", "talked_at": ANSWERED}
    contested, other = (former("partnerships", "Partnership").objects.create(**values) for _ in range(2))
    former("agenda", "FollowUp").objects.create(
        rule="partnerships.settle_signature",
        occurrence=3,
        owner="staff",
        is_step=True,
        what="Appeler les deux côtés",
        since=ANSWERED,
        due_at=clock.now(),
        deadline=clock.now(),
        subject_type=former("contenttypes", "ContentType").objects.get(
            app_label="partnerships", model="partnership"
        ),
        subject_id=contested.pk,
    )
    migrate_to_now()
    assert list(Partnership.objects.in_disagreement().values_list("pk", "contested_at")) == [
        (contested.pk, ANSWERED)
    ]
    assert Partnership.objects.get(pk=other.pk).contested_at is None
