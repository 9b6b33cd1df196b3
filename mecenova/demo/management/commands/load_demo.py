from typing import Any

from django.core.management.base import BaseCommand

from mecenova.demo.loading import load


class Command(BaseCommand):
    help = "Charge le réseau inventé de la démonstration, une seule fois."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load()
        if options["verbosity"]:
            self.stdout.write("Le réseau inventé est chargé." if loaded else "Le réseau inventé est déjà là.")
