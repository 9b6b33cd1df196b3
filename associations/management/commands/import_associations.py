"""`manage.py import_associations FICHIER`: a register of associations, tried first, written with --commit."""

from argparse import ArgumentParser
from typing import Any

from associations.imports import AssociationImporter
from mecenova.imports.commands import ImportCommand


class Command(ImportCommand):
    help = "Importe un registre d’associations au format CSV (seule la colonne « nom » est obligatoire)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--as-checked",
            action="store_true",
            help="les fiches non revendiquées deviennent des membres vérifiés (reprise d’un réseau existant)",
        )

    def importer(self, options: dict[str, Any]) -> AssociationImporter:
        return AssociationImporter(as_checked=options["as_checked"])
