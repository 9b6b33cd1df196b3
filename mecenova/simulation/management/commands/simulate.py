import json
import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mecenova.rehearsal import scratch
from mecenova.simulation.figures import Figures, Promise, Requests, Spread, Unattended
from mecenova.simulation.network import draw
from mecenova.simulation.report import told
from mecenova.simulation.rules_2009 import Year2009

NUMBERS = {"associations": 1000, "companies": 131, "days": 365, "seed": 1}
START = date(2027, 1, 4)


class Command(BaseCommand):
    help = (
        "Vit une année inventée sur une horloge virtuelle, dans une base à part, et la compare à la même "
        "année sous les règles de 2009. Échoue quand une promesse est rompue."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for name, default in NUMBERS.items():
            parser.add_argument(f"--{name}", type=int, default=default)
        parser.add_argument(
            "--start", type=date.fromisoformat, default=START, help="premier jour (AAAA-MM-JJ)"
        )
        parser.add_argument(
            "--keep", action="store_true", help="garder la base de l’année, pour la lire ensuite"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {name: options[name] for name in NUMBERS}
        if min(asked["associations"], asked["companies"], asked["days"]) < 1:
            raise CommandError("Il faut au moins une association, une entreprise et un jour.")
        started = time.perf_counter()
        before = Year2009(draw(**asked, start=options["start"])).live()
        name = scratch.name_beside(f"year_{asked['seed']}")
        words = [f"--{key}={value}" for key, value in (*asked.items(), ("start", options["start"]))]
        try:
            self._make_database(name)
            lived = json.loads(scratch.run_manage(name, "live_year", *words).splitlines()[-1])
        except (scratch.CannotMakeDatabase, scratch.ChildFailed) as failure:
            raise CommandError(str(failure)) from failure
        finally:
            if not options["keep"]:
                scratch.drop(name)
        today = _figures(lived["figures"])
        self._tell(asked, options, lived, today, before, time.perf_counter() - started, name)
        if broken := today.broken + today.nights_without_step:
            raise CommandError(f"Ce que le site promet n’a pas été tenu {broken} fois (voir ci-dessus).")

    def _make_database(self, name: str) -> None:
        """The tables are made once by the migrations, then copied: a second year begins at once."""
        tables = scratch.with_schema(scratch.name_beside("tables"))
        scratch.drop(name)
        scratch.create(name, like=tables)

    def _tell(
        self,
        asked: dict[str, int],
        options: dict[str, Any],
        lived: dict[str, Any],
        today: Figures,
        before: Figures,
        seconds: float,
        name: str,
    ) -> None:
        say = self.stdout.write
        say(
            f"{asked['associations']} associations, {asked['companies']} entreprises, {asked['days']} jours "
            f"à partir du {options['start']:%d/%m/%Y}, graine {asked['seed']}"
        )
        for line in told(today, before):
            say(line)
        for error in lived["errors"]:
            say(f"Règle en erreur : {error}")
        say(
            f"{seconds:.0f} s ({lived['processor']:.0f} s de calcul Python), "
            f"mémoire au plus haut {lived['megabytes']:.0f} Mo"
        )
        if options["keep"]:
            say(f"Base gardée : {name}")
        say(f"promises broken: {today.broken + today.nights_without_step}")


def _figures(told: dict[str, Any]) -> Figures:
    told["requests"] = Requests(**told["requests"])
    told["presentations"] = Spread(**told["presentations"])
    told["promises"] = tuple(Promise(**promise) for promise in told["promises"])
    told["unattended"] = Unattended(**told["unattended"])
    return Figures(**told)
