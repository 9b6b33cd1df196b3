from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import is_aware

from mecenova.mail.operations import cancel_waiting


class Command(BaseCommand):
    help = (
        "Annule ce qui attend et devait partir avant un moment, courriels et lettre de la semaine\u00a0: "
        "dans une sauvegarde restaurée, ils sont déjà partis. Dit combien\u202f; n’écrit qu’avec --commit. "
        "Arrêtez d’abord worker et beat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--before",
            type=datetime.fromisoformat,
            required=True,
            help="le moment de la panne, avec son fuseau\u00a0: 2026-11-29T03:00+01:00",
        )
        parser.add_argument("--commit", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        before = options["before"]
        if not is_aware(before):
            raise CommandError("Donnez le fuseau du moment, par exemple 2026-11-29T03:00+01:00.")
        mails, lines = cancel_waiting(before=before, commit=options["commit"])
        done = "Annulés" if options["commit"] else "À annuler (ajoutez --commit)"
        self.stdout.write(f"{done}\u00a0: courriels {mails}, lignes de la lettre de la semaine {lines}")
