"""What search engines are told to read: the public pages, and the page of all that everybody may see."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import Max, QuerySet
from django.urls import reverse

from associations.models import Association, Project
from companies.models import Company, Need
from infotheque.models import Collection, Document, Path

ENTRANCES = (
    *("pages:home", "pages:understand", "pages:observatory", "pages:contact"),
    *("pages:legal", "pages:privacy", "pages:accessibility", "accounts:sign_up"),
    *("companies:need_list", "companies:list", "associations:list"),
    *("infotheque:list", "infotheque:front_page", "infotheque:path_list"),
)


class Entrances(Sitemap):
    """The pages that the header and the footer lead to."""

    def items(self) -> tuple[str, ...]:
        return ENTRANCES

    def location(self, item: str) -> str:
        return reverse(item)


class Records(Sitemap):
    """Every row of a public list, at its own address; with when it changed last, where the row keeps it."""

    limit = 5000

    def __init__(self, rows: Callable[[], QuerySet[Any]], *, address: str = "pk", changed: str = "") -> None:
        self.rows = rows
        self.address = address
        self.changed = changed

    def items(self) -> QuerySet[Any]:
        """What makes the address and nothing else: a document's text is no part of it."""
        return self.rows().only(self.address, *filter(None, [self.changed])).order_by("pk")

    def lastmod(self, item: Any) -> datetime | None:
        return getattr(item, self.changed) if self.changed else None

    def get_latest_lastmod(self) -> datetime | None:
        """When the last of them changed: the index of the sitemaps tells nothing else, and reads no row."""
        if not self.changed:
            return None
        latest: datetime | None = self.rows().order_by().aggregate(latest=Max(self.changed))["latest"]
        return latest


# A record that nobody has claimed yet is left for those who look for it here.
SITEMAPS = {
    "pages": Entrances(),
    "associations": Records(lambda: Association.objects.checked(), changed="changed_at"),
    "projets": Records(lambda: Project.objects.visible()),
    "entreprises": Records(lambda: Company.objects.checked(), changed="changed_at"),
    "besoins": Records(lambda: Need.objects.current()),
    "documents": Records(lambda: Document.objects.published()),
    "collections": Records(lambda: Collection.objects.published()),
    "parcours": Records(lambda: Path.objects.all(), address="slug"),
}
