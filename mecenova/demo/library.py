"""The library: the first shelf, and invented documents of plausible publishers, none of them real."""

from accounts.models import User
from infotheque.models import Document
from infotheque.operations import (
    add_to_collection,
    create_collection,
    feature_document,
    give_tip,
    load_shelf,
    publish_document,
    show_collection,
)
from mecenova.calendar import clock
from mecenova.demo.texts import Reference, read, site_of

# What somebody who has never asked reads first, by the slug of the shelf.
FIRST_READING = (
    "sinscrire-ne-suffit-pas",
    "presenter-son-projet",
    "lettre-premiere-approche",
    "premier-rendez-vous",
)


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
    _gather(by)


def _gather(by: User) -> None:
    """A collection, a document put forward, a suggestion that waits."""
    by_slug = {document.slug: document for document in Document.objects.filter(slug__in=FIRST_READING)}
    published = [by_slug[slug] for slug in FIRST_READING]
    collection = create_collection(
        by=by,
        title="Demander pour la première fois",
        introduction="Quatre documents courts, à lire **dans cet ordre** avant d’écrire à une entreprise.",
    )
    for document in published:
        add_to_collection(collection=collection, document=document, by=by)
    show_collection(collection=collection, by=by, is_shown=True)
    feature_document(document=published[0], by=by, is_featured=True)
    give_tip(
        title="Le carnet d’une trésorière",
        link="https://www.carnet-d-une-tresoriere.example/",
        reason="Elle raconte sa première convention, erreurs comprises.",
        visitor_address="lectrice@visiteurs.example",
    )
