"""What grows with the years is read through an index that was made for it.

So few rows are read sooner than any index: what counts is the way that is found once reading all is refused.
"""

import pytest
from django.db import connection

from accounts.operations import organisations_to_call
from companies.operations import companies_to_call
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.pages.baskets import BASKETS
from mecenova.pages.observatory.longest import longest
from partnerships.operations import introductions_at_risk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_is_read_whole():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


@pytest.mark.parametrize("found", [organisations_to_call, companies_to_call, introductions_at_risk])
def test_the_step_of_each_row_is_asked_for_by_type_and_key(found):
    """By the key alone, the index is searched once for every type there is."""
    assert '"subject_type_id" = ' in str(found().query)


def test_whoever_was_not_welcomed_is_asked_for_by_type_and_key():
    with connection.execute_wrapper(asked := Asked()):
        longest()
    (statement,) = [sql for sql in asked.statements if "mail_outgoingmail" in sql]
    assert '"subject_type_id" = ' in statement


class Asked:
    """The statements that go by."""

    def __init__(self):
        self.statements = []

    def __call__(self, execute, sql, params, many, context):
        self.statements.append(sql)
        return execute(sql, params, many, context)


def test_what_has_not_left_in_time_is_found_among_what_waits():
    plan = OutgoingMail.objects.all().overdue(clock.now()).order_by().explain()
    assert {"mail_next_try", "mail_leased"} <= set(plan.replace("\n", " ").split()), plan


def test_the_latest_mails_are_read_from_the_latest():
    plan = OutgoingMail.objects.newest_first()[:25].explain()
    assert "mail_newest" in plan
    assert "Sort" not in plan


def test_refused_proposals_can_be_counted_without_reading_the_others():
    """Which index is chosen among so few rows is chance: that this one serves, once it is alone, is not."""
    leave_alone("suggestion_declined", "matching_suggestion")
    plan = BASKETS["associations-refusees"].found().order_by().explain()
    assert "suggestion_declined" in plan


def leave_alone(index, table):
    """Drop the other indexes of the table, save those that keep rows unique; undone with the test."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index"
            " WHERE indrelid = %s::regclass AND NOT indisunique AND indexrelid <> %s::regclass",
            [table, index],
        )
        for (other,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {other}")
