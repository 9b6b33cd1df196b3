import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mecenova.rehearsal.lines import lines_since, live_alone


class Command(BaseCommand):
    help = (
        "Vit les jours à venir dans la base de ce processus, sans que personne n’agisse, et écrit ce qui "
        "serait envoyé. Appelée dans une base à part par le calcul des aperçus."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, required=True)
        parser.add_argument("--since", type=datetime.fromisoformat, required=True)
        parser.add_argument("--seconds", type=float, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.VIRTUAL_CLOCK:
            raise CommandError(
                "Cette commande change tout ce qu’elle touche : elle ne vit que dans une copie."
            )
        stopped_at = live_alone(options["since"], options["days"], options["seconds"])
        self.stdout.write(json.dumps({"stopped_at": stopped_at and stopped_at.isoformat()}))
        for line in lines_since(options["since"]):
            self.stdout.write(json.dumps(line, ensure_ascii=False))
