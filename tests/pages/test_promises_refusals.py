"""A « no » is a step when the document it leads to can be read, and its news was written."""

from datetime import timedelta

import pytest

from accounts.models import Membership, User
from infotheque.models import Document
from mecenova.calendar import clock
from mecenova.mail.enums import Unsent
from mecenova.mail.models import OutgoingMail
from partnerships.models import RefusalStep
from tests.infotheque.factories import DocumentFactory, DocumentVersionFactory
from tests.mail.factories import OutgoingMailFactory
from tests.pages.promised import ALL_TIME, NOW, counted
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
NO_STEP, A_STEP = (0, 1), (1, 0)


def refusals():
    return counted(*ALL_TIME)[5]


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def document():
    found = DocumentFactory(published=True, body="")
    RefusalStep.objects.update(document=found)
    return Document.objects.filter(pk=found.pk)


@pytest.fixture
def declined(document):
    introduction = IntroductionFactory(
        status="no", refusal_reason="timing", answered_at=NOW, retry_on=NOW.date()
    )
    member_of(introduction.association)
    Membership.objects.update(joined_at=NOW - timedelta(days=9))
    OutgoingMailFactory(notification="partnerships.introduction_declined", about=introduction)
    assert refusals() == A_STEP
    return introduction


def test_a_document_to_be_verified_is_still_read(declined, document):
    document.update(status="to_verify")
    assert refusals() == A_STEP


def test_a_dead_link_alone_is_no_document(declined, document):
    document.update(link_hidden_at=NOW)
    assert refusals() == NO_STEP
    document.update(body="Lisez.")
    assert refusals() == A_STEP
    document.update(body="")
    DocumentVersionFactory(document=document.get(), current=True)
    assert refusals() == A_STEP


def test_the_step_of_its_kind_goes_before_that_of_any(declined, document):
    """And the one written for the side that was told."""
    any_kind = RefusalStep.objects.get(reason="timing", kind="", asked_by_side="association")
    RefusalStep.objects.filter(reason="timing").exclude(pk=any_kind.pk).update(document=None)
    assert refusals() == A_STEP
    any_kind.pk, any_kind.kind, any_kind.document = None, declined.kind, None
    any_kind._state.adding = True
    any_kind.save()
    assert refusals() == NO_STEP


def test_another_mail_about_the_request_tells_of_no_refusal(declined):
    OutgoingMail.objects.update(notification="partnerships.introduction_released")
    assert refusals() == NO_STEP


def test_a_mail_cancelled_for_another_reason_than_its_address_is_no_fault(declined):
    OutgoingMail.objects.update(status="cancelled", last_error=Unsent.IN_TROUBLE)
    assert refusals() == NO_STEP
    OutgoingMail.objects.update(last_error=Unsent.UNWANTED)
    assert refusals() == A_STEP


def test_a_refusal_of_which_nobody_was_there_to_be_told_is_a_step(declined):
    OutgoingMail.objects.all().delete()
    assert refusals() == NO_STEP
    User.objects.update(is_active=False)
    assert refusals() == A_STEP
