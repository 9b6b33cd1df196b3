"""A collection as readers meet it: what it promises is what they find."""

import re

import pytest
from django.urls import reverse

from infotheque.models import CollectionItem
from infotheque.operations import add_to_collection, create_collection, show_collection, withdraw_document
from infotheque.operations.collections import MOST_ITEMS
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import StaffFactory
from tests.infotheque.factories import DocumentFactory

pytestmark = pytest.mark.django_db
FRONT = reverse("infotheque:front_page")


@pytest.fixture
def collection():
    return create_collection(by=None, title="Demander pour la première fois")


def put(collection, *documents):
    for document in documents:
        add_to_collection(collection=collection, document=document, by=None)


def test_the_front_page_counts_what_readers_find(client, collection):
    put(collection, DocumentFactory(published=True), DocumentFactory(published=True), DocumentFactory())
    show_collection(collection=collection, by=None, is_shown=True)
    assert re.search(r"\b2\s+documents?, dans l’ordre", client.get(FRONT).text)
    assert client.get(collection.get_absolute_url()).text.count('<h2 class="row-title"') == 2


def test_one_that_has_nothing_left_to_read_is_not_shown_and_says_so(client, collection):
    document = DocumentFactory(published=True)
    put(collection, document)
    show_collection(collection=collection, by=None, is_shown=True)
    withdraw_document(document=document, by=StaffFactory())
    assert collection.title not in client.get(FRONT).text
    assert "Rien à lire pour le moment" in client.get(collection.get_absolute_url()).text


def test_drafts_alone_are_not_published_as_a_collection(client, collection):
    put(collection, DocumentFactory())
    with pytest.raises(DomainError, match="publié"):
        show_collection(collection=collection, by=None, is_shown=True)
    client.force_login(StaffFactory())
    page = client.get(reverse("infotheque:collection_edit", args=[collection.pk])).text
    assert reverse("infotheque:collection_show", args=[collection.pk]) not in page


def test_the_note_of_a_document_changes_in_a_full_collection_too(collection):
    documents = [DocumentFactory() for _ in range(2)]
    put(collection, documents[0])
    CollectionItem.objects.bulk_create(
        CollectionItem(collection=collection, document=DocumentFactory(), position=place)
        for place in range(2, MOST_ITEMS + 1)
    )
    add_to_collection(collection=collection, document=documents[0], by=None, note="À lire d’abord")
    assert collection.items.get(document=documents[0]).note == "À lire d’abord"
    with pytest.raises(DomainError, match="100 documents au plus"):
        put(collection, documents[1])
