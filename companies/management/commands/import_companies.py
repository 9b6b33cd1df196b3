"""`manage.py import_companies FICHIER`: companies and their policies, tried first, written with --commit."""

from companies.imports import CompanyImporter
from mecenova.imports.commands import ImportCommand


class Command(ImportCommand):
    help = "Importe des entreprises au format CSV (seule la colonne « raison_sociale » est obligatoire)."
    importer_class = CompanyImporter
