"""What one side may say again tells the other each time: a few times a day, and no more."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from partnerships import operations
from partnerships.enums import Side
from tests.partnerships.factories import fill_places, member_of
from tests.partnerships.talking import MONDAY, mails
from tests.reading import shown

pytestmark = pytest.mark.django_db
SIGNED = date(2026, 11, 23)
MOST = 3


@pytest.fixture
def now():
    with clock.frozen(MONDAY) as moment:
        yield moment


@pytest.fixture
def signed(pair, now):
    pair.partnership = operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)
    operations.agree_partnership(partnership=pair.partnership, signed_on=SIGNED, ends_on=None, by=pair.asker)
    return pair


def correct(signed, by, turn):
    return operations.correct_signature(
        partnership=signed.partnership,
        signed_on=SIGNED,
        ends_on=date(2027, 6, 1) + timedelta(days=turn),
        by=by,
    )


def renew(signed, by, turn):
    return operations.renew_partnership(
        partnership=signed.partnership, goes_on=True, ends_on=date(2027, 6, 1) + timedelta(days=turn), by=by
    )


@pytest.mark.parametrize(
    ("change", "told"), [(correct, "signature_corrected"), (renew, "partnership_renewed")]
)
def test_dates_are_not_changed_all_day(signed, now, change, told):
    for turn in range(MOST):
        change(signed, signed.asker, turn)
    with pytest.raises(DomainError, match="revenez demain"):
        change(signed, signed.asker, MOST)
    assert mails(told).count() == MOST
    # The other side still says what is true, and the next day everybody does.
    change(signed, signed.answerer, MOST + 1)
    now.move_to(MONDAY + timedelta(days=1, minutes=1))
    change(signed, signed.asker, MOST + 2)
    assert mails(told).count() == MOST + 2


def test_the_page_says_it_and_gives_the_dates_back(signed, client):
    for turn in range(MOST):
        correct(signed, signed.asker, turn)
    client.force_login(signed.asker)
    page = client.post(
        reverse("partnerships:partnership_correct", args=[signed.partnership.pk]),
        {"signed_on": "2026-11-23", "ends_on": "2028-02-03"},
    )
    assert page.status_code == 409
    assert "revenez demain" in shown(page)
    assert "2028-02-03" in page.text


def test_an_answer_is_not_put_off_all_day(pair, now):
    asked = pair.ask(need=None)
    for turn in range(MOST):
        operations.postpone_introduction(
            introduction=asked, later_on=date(2027, 1, 4) + timedelta(days=turn), by=pair.answerer
        )
    with pytest.raises(DomainError, match="revenez demain"):
        operations.postpone_introduction(introduction=asked, later_on=date(2027, 2, 1), by=pair.answerer)
    assert mails("introduction_postponed").count() == MOST
    # What ends it is never refused.
    assert operations.accept_introduction(introduction=asked, by=pair.answerer)


@pytest.mark.parametrize("side", [Side.ASSOCIATION, Side.COMPANY])
def test_nobody_asks_and_takes_back_all_day(pair, now, side):
    by, need = (pair.asker, pair.need) if side == Side.ASSOCIATION else (pair.answerer, None)

    def ask():
        return pair.ask(asked_by_side=side, by=by, need=need)

    for _ in range(MOST):
        operations.withdraw_introduction(introduction=ask(), by=by)
    with pytest.raises(DomainError, match="revenez demain"):
        ask()
    # A colleague is of the same side.
    by = member_of(pair.association if side == Side.ASSOCIATION else pair.company)
    with pytest.raises(DomainError, match="revenez demain"):
        ask()
    assert mails("introduction_requested").count() == MOST
    now.move_to(MONDAY + timedelta(days=1, minutes=1))
    assert ask()


def test_what_never_left_is_taken_back_freely(pair, now):
    fill_places(pair.company)
    for _ in range(MOST + 1):
        asked = pair.ask()
        assert asked.is_queued
        operations.withdraw_introduction(introduction=asked, by=pair.asker)
    assert pair.ask()
