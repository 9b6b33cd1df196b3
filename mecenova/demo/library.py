"""The library: the first shelf, and invented documents of plausible publishers, none of them real."""

from accounts.models import User
from infotheque.models import Document
from infotheque.operations import load_shelf, publish_document
from mecenova.calendar import clock
from mecenova.demo.texts import Reference, read, site_of


def fill_library(reference: Reference, *, by: User) -> None:
    load_shelf(by=by)
    year = clock.today().year
    for text in read("library")["document"]:
        document = Document.objects.create(
            title=text["title"],
            summary=text["summary"],
            kind=text["kind"],
            partnership_kinds=text.get("kinds", "").split(),
            authors=text.get("authors", ""),
            publisher=text["publisher"],
            year=year - text["age"],
            link=f"https://www.{site_of(text['publisher'])}/{text['page']}",
        )
        document.causes.set(reference.causes(text.get("causes", "")))
        if not text.get("draft"):
            publish_document(document=document, by=by)
