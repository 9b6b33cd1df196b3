"""What the stories share: reading the outbox as its readers do, acting at the same instant."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page

from mecenova.mail.models import OutgoingMail
from mecenova.workflow.models import TransitionRecord
from tests.imports.test_at_once import run, tried
from tests.journeys.rivals import Sent
from tests.partnerships.conftest import pair, signed, talk
from tests.threads import Pause, second_during_first

__all__ = ["pair", "run", "signed", "talk", "tried"]


def link_in(mail: OutgoingMail, label: str, base_url: str) -> str:
    """The address behind a label of a mail's text, on the site under test."""
    found = re.search(rf"{re.escape(label)}\s*[:(]\s*(http[^\s)]+)", mail.text)
    assert found, f"no « {label} » in:\n{mail.text}"
    return found[1].replace(settings.SITE_URL, base_url)


def submit_without_browser_help(page: Page, button: str) -> None:
    """As a browser that checks nothing: the site's own errors are shown."""
    page.evaluate("for (const form of document.forms) form.noValidate = true")
    page.get_by_role("button", name=button).click()


@pytest.fixture
def rivals(monkeypatch):
    """`rivals(first, second)`: neither is met by an error, and each has read a page."""

    def act(first, second, *, stopped=(TransitionRecord.objects, "create")):
        assert second_during_first(Pause(monkeypatch, *stopped), first, second) == []
        for one in (first, second):
            if isinstance(one, Sent):
                assert one.answer.status_code in {200, 404, 409, 422}, one.answer.status_code

    return act
