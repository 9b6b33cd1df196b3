"""`manage.py import_companies FICHIER`: companies and their policies, tried first, written with --commit."""

from argparse import ArgumentParser
from typing import Any

from companies.imports import CompanyImporter
from mecenova.imports.commands import ImportCommand


class Command(ImportCommand):
    help = "Importe des entreprises au format CSV (seule la colonne « raison_sociale » est obligatoire)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--as-checked",
            action="store_true",
            help="les fiches non revendiquées deviennent des membres vérifiés (reprise d’un réseau existant)",
        )

    def importer(self, options: dict[str, Any]) -> CompanyImporter:
        return CompanyImporter(as_checked=options["as_checked"])
