"""`manage.py load_shelf --by EMAIL`: put the first shelf in the library.

Run again, it makes only what is missing: what the team has edited since is never written over.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from infotheque.operations import load_shelf


class Command(BaseCommand):
    help = (
        "Met dans l’infothèque les textes, modèles et fiches du premier rayon. Relancée, elle ne crée que ce "
        "qui manque\u00a0: ce que l’équipe a modifié n’est jamais écrasé."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--by",
            required=True,
            metavar="EMAIL",
            help="une personne de l’équipe, qui suivra les dates de relecture",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email=options["by"], is_active=True, is_staff=True).first()
        if person is None:
            raise CommandError("Personne de l’équipe n’a cette adresse.")
        done = load_shelf(by=person)
        self.stdout.write(f"{done.made} documents créés, {done.left_alone} laissés tels quels.")
