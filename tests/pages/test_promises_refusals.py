"""A « no » is a step when the document it leads to can be read, and its news was written."""

from datetime import timedelta

import pytest

from accounts.models import Membership, User
from infotheque.models import Document
from matching.operations import decline_suggestion
from mecenova.calendar import clock
from mecenova.mail.enums import Unsent
from mecenova.mail.models import DigestLine, OutgoingMail
from partnerships.models import RefusalStep
from partnerships.operations import decline_introduction
from tests.infotheque.factories import DocumentFactory, DocumentVersionFactory
from tests.mail.factories import OutgoingMailFactory
from tests.matching.factories import SuggestionFactory
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


def asked_and_suggested():
    """An association asked about a need for which it was also presented; somebody answers for each."""
    suggestion = SuggestionFactory()
    for one in (suggestion.association, suggestion.company):
        member_of(one)
    Membership.objects.update(joined_at=NOW - timedelta(days=9))
    asked = IntroductionFactory(
        association=suggestion.association, company=suggestion.company, need=suggestion.need
    )
    return asked, suggestion


def said_no_to_the_request(asked, suggestion):
    decline_introduction(introduction=asked, reason="timing", by=member_of(asked.company))


def said_no_to_the_suggestion(asked, suggestion):
    decline_suggestion(suggestion=suggestion, reason="timing", by=member_of(suggestion.company))


@pytest.mark.parametrize("say_no", [said_no_to_the_request, said_no_to_the_suggestion])
def test_one_no_to_what_was_asked_and_suggested_is_one_step(document, say_no):
    asked, suggestion = asked_and_suggested()
    say_no(asked, suggestion)
    suggestion.refresh_from_db()
    assert suggestion.status == "declined"
    assert refusals() == A_STEP


def test_a_later_no_to_the_same_pair_is_another_step(document):
    asked, suggestion = asked_and_suggested()
    with clock.frozen(NOW - timedelta(days=40)):
        suggestion.presented_at = clock.now()
        suggestion.save(update_fields=["presented_at"])
        said_no_to_the_request(asked, suggestion)
    again = SuggestionFactory(
        association=suggestion.association, company=suggestion.company, need=suggestion.need
    )
    said_no_to_the_suggestion(asked, again)
    assert refusals() == (2, 0)
    DigestLine.objects.filter(subject_id=again.pk).delete()
    assert refusals() == (1, 1)
