import pytest
from django.core.exceptions import PermissionDenied

from mecenova.calendar import clock
from mecenova.rehearsal import making, tasks
from mecenova.rehearsal.models import Preview, PreviewLine
from mecenova.rehearsal.operations import ask_preview, forget_previews
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


def test_forgotten_while_it_is_computed_it_is_not_written(monkeypatch, caplog):
    """A record was erased after its rows were copied aside: they are not brought back."""

    def rehearse(begins_at, days):
        forget_previews()
        line = {"at": clock.now().isoformat(), "kind": "mail", "name": "x", "text": "Les amis du Tournesol"}
        return None, [line]

    monkeypatch.setattr(making, "_rehearse", rehearse)
    preview = ask_preview(days=30, by=None)
    waiting = ask_preview(days=1, by=None)
    making._make(preview)
    assert list(Preview.objects.all()) == [waiting]
    assert not PreviewLine.objects.exists()
    assert not caplog.records
