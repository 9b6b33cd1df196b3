"""Files on their way in: brought by the team, read by the worker, kept, recognised or refused."""

import re
import uuid
from collections.abc import Mapping, Sequence

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F

from accounts.models import User
from infotheque import policies
from infotheque.enums import DepositStatus, DocumentKind
from infotheque.models import Deposit, DepositedFile, Document
from infotheque.operations.versions import add_version, create_document_of
from infotheque.reading.result import ReadFile
from infotheque.signals import files_deposited
from infotheque.workflow import DEPOSITED_FILE
from mecenova.identifiers.text import one_line
from mecenova.whole_files import stored_together
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError

MOST_FILES = 50
NAME_LENGTH, TITLE_LENGTH = 150, 250
# A file that stopped the worker so many times is not read again without a person.
MOST_ATTEMPTS = 3

CUT_SHORT = (
    f"La lecture s’est arrêtée {MOST_ATTEMPTS} fois avant la fin. Enregistrez ce fichier à nouveau en PDF, "
    "puis déposez-le."
)
LOST = "Ce fichier n’est plus dans le stockage du site. Déposez-le à nouveau."
SAME_AS_NOW = "Ces fichiers sont ceux de la version actuelle, à l’octet près\u00a0: rien n’a changé."
OTHER_REFUSED = (
    "La version n’a pas changé, parce qu’un autre de ses fichiers est refusé. Corrigez-le, puis déposez tous "
    "les fichiers ensemble."
)


@transaction.atomic
def bring_files(
    *,
    files: Sequence[UploadedFile],
    by: User,
    document: Document | None = None,
    note: str = "",
    is_private: bool = False,
) -> Deposit:
    """Keep the files and have them read: a draft for each, or the next version of `document`."""
    if not policies.can_curate(by):
        raise PermissionDenied
    if not files:
        raise DomainError("Choisissez au moins un fichier.")
    if len(files) > MOST_FILES:
        raise DomainError(f"Déposez {MOST_FILES} fichiers au plus à la fois.")
    deposit = Deposit.objects.create(
        document=document, note=one_line(note)[:300], is_private=is_private, created_by=by
    )
    rows = [
        DepositedFile(
            deposit=deposit, position=position, name=shown_name(file.name or ""), size=file.size or 0
        )
        for position, file in enumerate(files)
    ]
    with stored_together() as store:
        for row, file in zip(rows, files, strict=True):
            store(row.source, "file", File(file))
        DepositedFile.objects.bulk_create(rows)
    files_deposited.send(sender=Deposit, deposit=deposit)
    return deposit


@transaction.atomic
def begin_deposit(*, pk: uuid.UUID) -> Deposit | None:
    """The worker says that it takes it up before anything else: a pass that dies is counted.

    A file settled starts the count again (`_settle`). After too many deaths at one place, the first file that
    waits is refused and the others are read; of a version, which is all its files or none, all are refused.
    """
    deposit = Deposit.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
    if deposit is None:
        return None
    if deposit.attempts >= MOST_ATTEMPTS:
        waiting = deposit.files.waiting()
        for file in waiting if deposit.document_id else waiting[:1]:
            _settle(file, "refuse", told=CUT_SHORT)
        deposit.attempts = 0
    deposit.attempts += 1
    deposit.save(update_fields=["attempts"])
    return deposit


@transaction.atomic
def leave_pass_uncounted(*, deposit: Deposit) -> None:
    """It broke for want of room, which is no fault of the files: they are read once there is some."""
    Deposit.objects.filter(pk=deposit.pk, attempts__gt=0).update(attempts=F("attempts") - 1)


@transaction.atomic
def refuse_deposited(*, file: DepositedFile, reason: str) -> None:
    """Not one that is kept. Twice changes nothing."""
    row = _waiting(file)
    if row is not None:
        _settle(row, "refuse", told=reason)


@transaction.atomic
def keep_deposited(*, file: DepositedFile, read: ReadFile) -> None:
    """A draft of its own, unless the library has this content already. Twice changes nothing."""
    row = _waiting(file)
    if row is None:
        return
    known = holder_of(read.digest)
    if known is not None:
        _settle(
            row, "recognise", told=f"C’est, à l’octet près, un fichier de «\u202f{known}\u202f».", of=known
        )
        return
    deposit = file.deposit
    document = create_document_of(
        file=read,
        by=_on_behalf_of(deposit),
        note=deposit.note,
        is_private=deposit.is_private,
        title=title_of(read),
        kind=DocumentKind.GUIDE,
    )
    _settle(row, "keep", told=remark_on(read), of=document)


@transaction.atomic
def keep_version(*, deposit: Deposit, reads: Mapping[uuid.UUID, ReadFile]) -> None:
    """All the files of the next version, together; one refused, and the present version stays."""
    rows = list(deposit.files.select_for_update(of=("self",), no_key=True).waiting())
    refused = deposit.files.filter(status=DepositStatus.REFUSED).exists()
    document = deposit.document
    if refused or document is None:
        for row in rows:
            _settle(row, "refuse", told=OTHER_REFUSED)
        return
    if not rows:
        return
    before = document.current_version_id
    version = add_version(
        document=document,
        files=[reads[row.pk] for row in rows],
        by=_on_behalf_of(deposit),
        note=deposit.note,
        is_private=deposit.is_private,
    )
    same = version.pk == before
    for row in rows:
        told = SAME_AS_NOW if same else remark_on(reads[row.pk])
        _settle(row, "recognise" if same else "keep", told=told, of=document)


def holder_of(digest: str) -> Document | None:
    """The document that has a file of this very content, in any of its versions."""
    return Document.objects.holding(digest).only("title").first()


def shown_name(name: str) -> str:
    """The last part of the name, on one line, its ending kept: it is shown, and is no path."""
    last = one_line(name.replace("\\", "/").rpartition("/")[2]) or "fichier"
    stem, dot, ending = last.rpartition(".")
    if len(last) <= NAME_LENGTH or not dot or len(ending) > 10:
        return last[:NAME_LENGTH]
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending}"


def title_of(read: ReadFile) -> str:
    """What the file calls itself when it is words, else its name without its ending."""
    own = one_line(read.content.title)
    if len(own) > 3 and " " in own and not own.lower().startswith("microsoft word"):
        return own[:TITLE_LENGTH]
    stem = re.sub(r"[_\s]+", " ", read.name.rpartition(".")[0] or read.name).strip()
    return stem[:TITLE_LENGTH] or "Document sans titre"


def remark_on(read: ReadFile) -> str:
    """What a curator should know of a file that was kept."""
    if not read.content.is_text_whole:
        return "Ce fichier est long\u00a0: la recherche porte sur son début, et il se télécharge en entier."
    if not read.content.text:
        return (
            "Aucun texte n’a été trouvé (des pages numérisées, peut-être)\u00a0: écrivez un résumé, et la "
            "recherche trouvera ce document."
        )
    return ""


def _on_behalf_of(deposit: Deposit) -> User | None:
    """Whoever brought the files; the platform when they have left the team meanwhile."""
    person = deposit.created_by
    return person if person is not None and policies.can_curate(person) else None


def _waiting(file: DepositedFile) -> DepositedFile | None:
    rows = DepositedFile.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=file.pk, status=DepositStatus.WAITING).first()


def _settle(row: DepositedFile, verb: str, *, told: str, of: Document | None = None) -> None:
    """The file was moved or let go: its deposit advances, and its first place is freed once that is sure."""
    name, storage = row.source.name or "", row.source.storage
    journal.advance(row, DEPOSITED_FILE, verb, by=None, told=told, document=of, source="")
    Deposit.objects.filter(pk=row.deposit_id).update(attempts=0)
    transaction.on_commit(lambda: storage.delete(name))
