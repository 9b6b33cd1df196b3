"""Putting the first shelf in the library, where the team edits it afterwards."""

import tempfile
from dataclasses import dataclass
from pathlib import Path as FilePath
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from infotheque import policies, signals
from infotheque.models import CurationSettings, Document
from infotheque.operations.documents import (
    create_document,
    doubt_document,
    publish_document,
    submit_document,
    update_document,
)
from infotheque.operations.learning import load_paths
from infotheque.operations.prescriptions import prescribe_first_documents
from infotheque.operations.versions import add_version
from infotheque.reading.reader import Reader
from infotheque.shelf.model_agreements import model_agreement
from infotheque.shelf.records import Record, records

FROM_MEMORY = "Fiche écrite de mémoire\u00a0: titre, année et adresse de l’éditeur à vérifier."


@dataclass(frozen=True)
class ShelfLoaded:
    """How many records were made, and how many were there already and left alone."""

    made: int
    left_alone: int


@transaction.atomic
def load_shelf(*, by: User) -> ShelfLoaded:
    """Make the records and paths that the library lacks, whole or not at all; the others stay as they are.

    `by` follows them: their review dates are that person's follow-ups. Raises PermissionDenied for anybody
    but the team.
    """
    if not policies.can_curate(by):
        raise PermissionDenied
    shelf = records()
    there = set(Document.objects.filter(slug__isnull=False).values_list("slug", flat=True))
    missing = [record for record in shelf if record.slug not in there]
    made = {record.slug: create_document(by=by, slug=record.slug, **record.fields) for record in missing}
    keys = dict(Document.objects.filter(slug__in=[record.slug for record in shelf]).values_list("slug", "pk"))
    with Reader() as reader:
        for record in missing:
            _fill(made[record.slug], record, keys, reader, by)
    load_paths(by=by)
    prescribe_first_documents(by=by)
    signals.shelf_loaded.send(Document, by=by)
    return ShelfLoaded(made=len(made), left_alone=len(shelf) - len(made))


def _fill(document: Document, record: Record, keys: dict[str | None, UUID], reader: Reader, by: User) -> None:
    """Its text, its file, and its first state: texts of ours on line, records of others to be verified."""

    def address(scheme: str, target: str) -> str:
        return reverse("infotheque:document", args=[keys[target]]) if scheme == "shelf" else reverse(target)

    if record.body:
        document = update_document(document=document, by=by, body=record.text(address))
    if record.agreement:
        _add_agreement(document, record, reader, by)
    if CurationSettings.load().needs_second_reader:
        submit_document(document=document, by=by)
        return
    document = publish_document(document=document, by=by)
    if not record.is_own:
        doubt_document(document=document, by=by, note=FROM_MEMORY)


def _add_agreement(document: Document, record: Record, reader: Reader, by: User) -> None:
    name = f"{record.agreement}.docx"
    with tempfile.TemporaryDirectory() as folder:
        path = FilePath(folder) / name
        path.write_bytes(model_agreement(record.agreement))
        add_version(
            document=document, files=[reader.read(path, name)], by=by, note="Modèle produit par le site"
        )
