"""One year lived in the database of this process. Called by `simulate`, in a database of its own."""

import time
from datetime import date

from django.core.management.base import BaseCommand

from mecenova.simulation.network import draw
from mecenova.simulation.year import Year, errors_of_follow_ups


class Command(BaseCommand):
    help = "Vit une année simulée dans la base de ce processus. Appelée par « simulate »."

    def add_arguments(self, parser):
        parser.add_argument("--associations", type=int, required=True)
        parser.add_argument("--companies", type=int, required=True)
        parser.add_argument("--days", type=int, required=True)
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--start", type=date.fromisoformat, required=True)

    def handle(self, **options):
        plan = draw(
            **{name: options[name] for name in ("associations", "companies", "days", "seed", "start")}
        )
        started = time.perf_counter()
        year = Year(plan)
        year.live()
        print(
            time.perf_counter() - started,
            time.process_time(),
            year.nights_without_step[:10],
            errors_of_follow_ups(),
        )
