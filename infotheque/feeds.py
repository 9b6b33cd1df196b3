"""RSS: what is new in the library, or in any search of it."""

from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from infotheque.models import Document
from infotheque.results import newest, words_of

LENGTH = 30


class NewDocuments(Feed):
    """The address is that of the search: whatever narrows the list narrows its feed."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QueryDict:
        return request.GET

    def title(self, asked: QueryDict) -> str:
        words = words_of(asked)
        return f"Infothèque Mecenova\u00a0: «\u202f{words}\u202f»" if words else "Infothèque Mecenova"

    def link(self, asked: QueryDict) -> str:
        query = asked.urlencode()
        return reverse("infotheque:list") + (f"?{query}" if query else "")

    def description(self, asked: QueryDict) -> str:
        return (
            "Les documents les plus récents de l’infothèque, choisis par l’équipe et ouverts à tout le monde."
        )

    def items(self, asked: QueryDict) -> list[Document]:
        return newest(asked, LENGTH)

    def item_title(self, item: Document) -> str:
        return item.title

    def item_description(self, item: Document) -> str:
        return item.summary

    def item_pubdate(self, item: Document) -> Any:
        return item.published_at

    def item_categories(self, item: Document) -> list[str]:
        return [cause.name for cause in item.causes.all()]
