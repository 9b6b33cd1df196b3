"""`manage.py import_needs FICHIER`: needs of known companies, tried first, published with --commit."""

from companies.imports import NeedImporter
from mecenova.imports.commands import ImportCommand


class Command(ImportCommand):
    help = "Importe et publie des besoins au format CSV (colonnes obligatoires : entreprise, titre, forme)."
    importer_class = NeedImporter
