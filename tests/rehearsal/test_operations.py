import pytest
from django.core.exceptions import PermissionDenied

from mecenova.rehearsal import tasks
from mecenova.rehearsal.models import Preview
from mecenova.rehearsal.operations import ask_preview
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_the_team_asks_once_while_it_waits_or_runs():
    staff = StaffFactory()
    first = ask_preview(days=30, by=staff)
    assert ask_preview(days=30, by=StaffFactory()) == first
    Preview.objects.update(status="running")
    assert ask_preview(days=30, by=staff) == first
    assert ask_preview(days=1, by=staff) != first
    assert first.asked_by == staff


def test_nobody_else_asks():
    with pytest.raises(PermissionDenied):
        ask_preview(days=30, by=UserFactory())


@pytest.mark.parametrize("days", [0, -1, 91])
def test_days_within_reason(days):
    with pytest.raises(DomainError):
        ask_preview(days=days, by=None)


def test_asked_each_night_once():
    tasks.ask_nightly_preview()
    tasks.ask_nightly_preview()
    assert [preview.days for preview in Preview.objects.all()] == [30]


def test_a_rehearsal_is_not_rehearsed(settings):
    settings.VIRTUAL_CLOCK = True
    ask_preview(days=1, by=None)
    tasks.make_previews()
    tasks.ask_nightly_preview()
    assert [(preview.days, preview.status) for preview in Preview.objects.all()] == [(1, "waiting")]
