"""The files of a document: a new version takes the place of the old one at the same address."""

from collections.abc import Sequence
from typing import Any

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from infotheque.models import Document, DocumentFile, DocumentVersion
from infotheque.models.lengths import LONGEST_TEXT
from infotheque.operations.documents import lock, write_draft
from infotheque.operations.vocabulary import words_kept_true
from infotheque.reading.result import ReadFile
from mecenova.identifiers.text import one_line
from mecenova.whole_files import Store, stored_together
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import record


@transaction.atomic
def add_version(
    *,
    document: Document,
    files: Sequence[ReadFile],
    by: User | None,
    note: str = "",
    is_private: bool = False,
) -> DocumentVersion:
    """Give readers these files from now on. The very files they have already make no new version.

    `is_private` keeps the files for the team; what they say is then left out of the search.
    """
    if not files:
        raise DomainError("Une version contient au moins un fichier\u00a0: choisissez-en un.")
    document = lock(document, by=by)
    current = document.current_version
    if current is not None and _prints(current) == {(file.digest, is_private) for file in files}:
        return current
    last = document.versions.order_by("-number").first()
    version = _version(document, last.number + 1 if last else 1, note, by)
    document.current_version = version
    document.text = _text(files, is_private)
    with words_kept_true(document):
        document.save(update_fields=["current_version", "text"])
    _write(version, files, is_private)
    return version


@transaction.atomic
def create_document_of(
    *, file: ReadFile, by: User | None, note: str = "", is_private: bool = False, **values: Any
) -> Document:
    """A draft and its first version: the very rows of `create_document`, then `add_version`.

    The draft is written once, with its version and its text: nobody else can hold it yet.
    """
    document = Document(text=_text([file], is_private))
    document.current_version = version = _version(document, 1, note, by)
    write_draft(document, values, by=by)
    _write(version, [file], is_private)
    return document


def _version(document: Document, number: int, note: str, by: User | None) -> DocumentVersion:
    return DocumentVersion(document=document, number=number, note=one_line(note)[:300], created_by=by)


def _text(files: Sequence[ReadFile], is_private: bool) -> str:
    """What the search reads of them."""
    return "" if is_private else "\n\n".join(file.content.text for file in files)[:LONGEST_TEXT]


def _write(version: DocumentVersion, files: Sequence[ReadFile], is_private: bool) -> None:
    """The version and its files. Its document points at it already: PostgreSQL looks at the end."""
    document, by = version.document, version.created_by
    version.save(force_insert=True)
    with stored_together() as store:
        for position, file in enumerate({file.digest: file for file in files}.values()):
            _keep(file, version, position, is_private, store)
    record(document, "add_version", document.status, document.status, by, note=f"version {version.number}")


def _prints(version: DocumentVersion) -> set[tuple[str, bool]]:
    return set(version.files.values_list("digest", "is_private"))


def _keep(read: ReadFile, version: DocumentVersion, position: int, is_private: bool, store: Store) -> None:
    row = DocumentFile(
        version=version,
        position=position,
        name=read.name,
        type=read.type,
        digest=read.digest,
        size=read.size,
        pages=read.content.pages,
        text=read.content.text,
        is_text_whole=read.content.is_text_whole,
        is_private=is_private,
    )
    with read.path.open("rb") as content:
        store(row.file, read.name, File(content))
    if read.content.picture:
        store(row.picture, "picture.png", ContentFile(read.content.picture))
    row.save(force_insert=True)
