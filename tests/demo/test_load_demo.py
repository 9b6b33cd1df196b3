"""Loading the demo: at any moment of the year, and after a load that was interrupted."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from accounts.models import User
from companies.models import Company, Need
from matching.models import Suggestion
from mecenova.demo.loading import load
from mecenova.demo.logins import COMPANY, STAFF
from partnerships.enums import IntroductionStatus
from partnerships.models import Introduction
from tests.demo.full import assert_every_basket_holds_somebody, assert_one_step_each

pytestmark = pytest.mark.django_db


# A Sunday in August, the first hours of a month: the demo is as full on either.
@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 8, 16, 20, 30, tzinfo=UTC), datetime(2027, 3, 1, 5, 10, tzinfo=UTC)],
    ids=["august", "first-of-the-month"],
)
def test_it_never_ages(frozen_clock, moment):
    with frozen_clock(moment):
        load()
        assert_one_step_each()
        assert_every_basket_holds_somebody()
        assert set(Introduction.objects.values_list("status", flat=True)) == set(IntroductionStatus.values)
        company = Company.objects.of(User.objects.get(email=COMPANY.email)).get()
        assert Suggestion.objects.open().filter(company=company).exists()
        assert Need.objects.current().count() >= 30


def test_an_interrupted_load_leaves_nothing_behind(monkeypatch):
    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("mecenova.demo.loading.Timeline.live", interrupted)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            load()
    assert not User.objects.filter(email=STAFF.email).exists()
