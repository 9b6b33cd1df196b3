"""Loading the demo: at any moment of the year, and after a load that was interrupted."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from accounts.models import User
from companies.models import Company, Need
from matching.models import Suggestion
from mecenova.calendar import clock
from mecenova.demo.loading import load
from mecenova.demo.logins import COMPANY, STAFF
from mecenova.pages.observatory import remembered
from partnerships.enums import IntroductionStatus
from partnerships.models import Introduction
from tests.demo.full import assert_every_basket_holds_somebody, assert_one_step_each
from tests.pages.waiting import Network

pytestmark = pytest.mark.django_db


def test_it_never_ages():
    """On a Sunday in August, in the first hours of a month: each of these leaves a site empty."""
    with clock.frozen(datetime(2027, 8, 1, 5, 10, tzinfo=UTC)):
        load()
        assert_one_step_each()
        assert_every_basket_holds_somebody()
        assert set(Introduction.objects.values_list("status", flat=True)) == set(IntroductionStatus.values)
        company = Company.objects.of(User.objects.get(email=COMPANY.email)).get()
        assert Suggestion.objects.open().filter(company=company).exists()
        assert Need.objects.current().count() >= 30


def test_the_observatory_read_before_the_load_is_forgotten_after_it(
    monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("mecenova.demo.loading._make", lambda: None)
    Network(2, organisations=20, introductions=20)
    computed_at = remembered.public().computed_at
    assert remembered.public().computed_at == computed_at
    with django_capture_on_commit_callbacks(execute=True):
        load()
    assert remembered.public().computed_at > computed_at


def test_an_interrupted_load_leaves_nothing_behind(monkeypatch):
    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("mecenova.demo.loading.Timeline.live", interrupted)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            load()
    assert not User.objects.filter(email=STAFF.email).exists()
