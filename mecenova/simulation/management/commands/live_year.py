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

from mecenova.simulation.network import draw
from mecenova.simulation.reading import figures_of
from mecenova.simulation.year import Year, errors_of_follow_ups

NUMBERS = ("associations", "companies", "days", "seed")


# The site has fewer than this, each with a few lengths of lists.
STATEMENTS_PREPARED = 4000


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
        # Rows come and go by the million, in no cycles: looking for some would cost a tenth of the year.
        _remember_statements()
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


def _remember_statements() -> None:
    """Keep the plan of every statement of the year: the usual hundred would be planned again and again."""
    connection.ensure_connection()
    connection.connection.prepared_max = STATEMENTS_PREPARED
