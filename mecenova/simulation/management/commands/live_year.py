import gc
import json
import resource
import sys
import time
from dataclasses import asdict
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from mecenova.rehearsal.statements import remember_statements
from mecenova.simulation.network import draw
from mecenova.simulation.reading import figures_of
from mecenova.simulation.year import Year, errors_of_follow_ups

NUMBERS = ("associations", "companies", "days", "seed")


class Command(BaseCommand):
    help = (
        "Vit une année inventée dans la base de ce processus. Appelée par « simulate », dans une base à part."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name in NUMBERS:
            parser.add_argument(f"--{name}", type=int, required=True)
        parser.add_argument("--start", type=date.fromisoformat, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.VIRTUAL_CLOCK:
            raise CommandError(
                "Cette commande remplit la base d’inventions : elle ne vit que dans une base à part."
            )
        plan = draw(**{name: options[name] for name in (*NUMBERS, "start")})
        connection.ensure_connection()
        remember_statements(connection.connection)
        # Rows come and go by the million, in no cycles: looking for some would cost a tenth of the year.
        gc.freeze()
        gc.set_threshold(200_000, 50, 100)
        started = time.perf_counter()
        year = Year(plan).live()
        figures = figures_of(year)
        told = {
            "figures": asdict(figures),
            "seconds": time.perf_counter() - started,
            "processor": time.process_time(),
            "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            / (1024**2 if sys.platform == "darwin" else 1024),
            "errors": errors_of_follow_ups(),
        }
        self.stdout.write(json.dumps(told))
