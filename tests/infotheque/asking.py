"""A small library, and what its search answers."""

from django.http import QueryDict

from infotheque import operations
from infotheque.results import search
from tests.infotheque.factories import DocumentFactory


def on_line(*titles, **values):
    documents = [DocumentFactory(published=True, title=title, summary="", **values) for title in titles]
    operations.recount_words()
    return documents


def found(words, **choices):
    asked = QueryDict(mutable=True)
    asked.update({"q": words, **choices})
    return [each.document.title for each in search(asked).found]
