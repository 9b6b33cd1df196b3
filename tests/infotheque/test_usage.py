"""What readers do and say of a document: counted by day, and nobody is kept."""

from datetime import timedelta

import pytest
from django.urls import reverse

from infotheque import operations
from infotheque.models import DailyUse, UsefulMark
from infotheque.operations.usage import mark_key
from mecenova.calendar import clock
from tests.accounts.factories import StaffFactory
from tests.infotheque.factories import DocumentFactory

pytestmark = pytest.mark.django_db


def test_usage_is_counted_by_day_and_nobody_is_kept(client):
    document = DocumentFactory(published=True)
    opened, useful = (reverse(f"infotheque:{name}", args=[document.pk]) for name in ("opened", "useful"))
    client.get(document.get_absolute_url())
    assert not DailyUse.objects.exists(), "looking changes nothing"
    for _ in range(2):
        assert client.post(opened).status_code == 204
    client.post(opened, {"what": "download"})
    for answer in ("yes", "yes", "no", "yes"):
        client.post(useful, {"answer": answer}, REMOTE_ADDR="192.0.2.1")
    client.post(useful, {"answer": "no"}, REMOTE_ADDR="192.0.2.2")
    assert client.post(useful, REMOTE_ADDR="192.0.2.3").status_code == 404, "no answer is no « not useful »"
    use = DailyUse.objects.get()
    assert (use.opened, use.downloaded, use.useful, use.not_useful) == (2, 1, 1, 1)
    assert UsefulMark.objects.count() == 2
    kept = " ".join(UsefulMark.objects.values_list("key", flat=True))
    assert "192.0.2" not in kept
    client.force_login(StaffFactory())
    client.post(opened)
    assert DailyUse.objects.get().opened == 2, "the team's own reading is not counted"


def test_a_mark_says_nothing_from_one_day_or_document_to_the_next_and_goes_away(client):
    document, other = DocumentFactory(published=True), DocumentFactory(published=True)
    with clock.frozen(clock.now()) as moment:
        key = mark_key(document, "192.0.2.1")
        assert key != mark_key(other, "192.0.2.1")
        operations.say_useful(document=document, address="192.0.2.1", is_useful=True)
        assert operations.forget_marks() == 0
        moment.advance(timedelta(days=1))
        assert key != mark_key(document, "192.0.2.1")
        assert operations.forget_marks() == 1
        assert operations.forget_marks() == 0
    assert DailyUse.objects.get().useful == 1


def test_nobody_says_anything_of_a_draft(client):
    draft = DocumentFactory()
    for name in ("opened", "useful"):
        assert client.post(reverse(f"infotheque:{name}", args=[draft.pk])).status_code == 404


def test_useful_answers_in_place_or_with_the_page(client):
    document = DocumentFactory(published=True)
    address = reverse("infotheque:useful", args=[document.pk])
    part = client.post(address, {"answer": "yes"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Merci" in client.post(address, {"answer": "yes"}, follow=True).content.decode()
