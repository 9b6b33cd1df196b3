"""`manage.py ingest DOSSIER`: a folder of files or a CSV of documents, tried first, kept with --commit."""

from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from accounts.models import User
from infotheque.imports import DocumentImporter, listed_files
from infotheque.reading.reader import Reader
from mecenova.imports.commands import ImportCommand


class Command(ImportCommand):
    help = (
        "Lit un dossier de fichiers (PDF, DOCX, ODT, PPTX, XLSX), ou un CSV qui les décrit, et fait un "
        "brouillon de chacun. Une seconde fois reprend là où la première s’est arrêtée."
    )

    def add_choices(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--folder",
            type=Path,
            metavar="DOSSIER",
            help="où sont les fichiers d’un CSV (ici\u00a0: le sien)",
        )
        parser.add_argument(
            "--by",
            metavar="EMAIL",
            help="une personne de l’équipe, qui suivra ces documents\u00a0: elle en recevra les relectures",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        source: Path = options["file"]
        if not source.exists():
            raise CommandError(f"{source} n’existe pas. Donnez un dossier, ou un fichier CSV.")
        with ExitStack() as stack:
            self._reader = stack.enter_context(Reader())
            self._folder = options["folder"] or (source if source.is_dir() else source.parent)
            self._owner, self._listing = _of_the_team(options["by"]), None
            if source.is_dir():
                self._listing = stack.enter_context(listed_files(source))
                options["file"] = self._listing.path
                if not self._listing.named:
                    raise CommandError(f"Le dossier {source} ne contient aucun fichier à lire.")
            super().handle(*args, **options)

    def importer(self, options: dict[str, Any]) -> DocumentImporter:
        return DocumentImporter(
            self._reader,
            self._folder,
            keeps_files=options["commit"],
            owner=self._owner,
            listing=self._listing,
        )


def _of_the_team(email: str | None) -> User | None:
    if email is None:
        return None
    person = User.objects.filter(email=email, is_active=True, is_staff=True).first()
    if person is None:
        raise CommandError("Personne de l’équipe n’a cette adresse.")
    return person
