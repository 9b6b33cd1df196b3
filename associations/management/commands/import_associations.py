"""`manage.py import_associations FICHIER`: a register of associations, tried first, written with --commit."""

from associations.imports import AssociationImporter
from mecenova.imports.commands import ImportCommand


class Command(ImportCommand):
    help = "Importe un registre d’associations au format CSV (seule la colonne « nom » est obligatoire)."
    importer_class = AssociationImporter
