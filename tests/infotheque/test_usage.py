"""« Utile ? »: every answer counts once, those of the same instant too."""

import threading

import pytest
from django.db import transaction
from django.urls import reverse

from infotheque.models import DailyUse, UsefulMark
from infotheque.operations import count_opening, say_useful
from tests.infotheque.factories import DocumentFactory
from tests.threads import at_once, until_another_waits

HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.mark.django_db
def test_an_answer_given_again_changes_and_adds_nothing():
    document = DocumentFactory(published=True)
    count_opening(document=document)
    for address, is_useful in ((HERE, True), (THERE, True), (HERE, True), (HERE, False)):
        say_useful(document=document, address=address, is_useful=is_useful)
    assert DailyUse.objects.values_list("opened", "useful", "not_useful").get() == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("opened_before", [True, False])
def test_two_answers_in_the_same_instant_are_both_counted(opened_before):
    document = DocumentFactory(published=True)
    if opened_before:
        count_opening(document=document)
    has_answered = threading.Event()

    @transaction.atomic
    def answers_and_lingers():
        say_useful(document=document, address=HERE, is_useful=True)
        has_answered.set()
        until_another_waits()

    def answers():
        has_answered.wait()
        say_useful(document=document, address=THERE, is_useful=True)

    assert at_once(answers_and_lingers, answers) == [None, None]
    assert UsefulMark.objects.count() == DailyUse.objects.get().useful == 2


@pytest.mark.django_db
def test_a_visitor_has_a_whole_network_of_addresses(client):
    """Of IPv6, a subscriber is given 2^64: they are one visitor, as they are for the limits."""
    document = DocumentFactory(published=True)
    address = reverse("infotheque:useful", args=[document.pk])
    for number in range(1, 4):
        client.post(address, {"answer": "yes"}, REMOTE_ADDR=f"2001:db8:1:2::{number}")
    assert DailyUse.objects.get().useful == 1
    client.post(address, {"answer": "yes"}, REMOTE_ADDR="2001:db8:1:3::1")
    client.post(address, {"answer": "yes"}, REMOTE_ADDR="192.0.2.1")
    client.post(address, {"answer": "yes"}, REMOTE_ADDR="192.0.2.2")
    assert DailyUse.objects.get().useful == 4
