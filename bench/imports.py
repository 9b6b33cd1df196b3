"""Import of a register: rows per second, peak memory, and how far from a bare bulk insert of the same rows.

`REAL_DATA=DIR` reads DIR/associations-2014.csv; without it the register is invented.
"""

import contextlib
import csv
import io
import os
import random
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from accounts.models import Organisation
from associations.models import Association
from mecenova.identifiers.names import name_key

INVENTED_ROWS = 8_366
SLOWEST_SECONDS = 20
PLACES = ("75011;Paris", "69003;Lyon", "59000;Lille", "20200;Bastia", ";", ";", ";")
PROGRAMMES = ("219-01", "224-02", "163-01", "175-01", "177-11", "134-02", "")
WORDS = ("aide", "fête", "quartier", "livre", "jardin", "sport", "école", "santé", "mémoire", "atelier")


def run() -> None:
    with _register() as path:
        rows = _rows(path)
        bare = _bare_insert(rows)
        print(f"bare insert of the same rows (COPY): {bare:.2f} s, {len(rows) / bare:,.0f} rows/s")
        for what, options in (
            ("trial", {}),
            ("first import", {"commit": True}),
            ("second run", {"commit": True}),
            ("to checked members", {"commit": True, "as_checked": True}),
        ):
            seconds = _import(path, **options)
            print(
                f"{what}: {seconds:.2f} s, {len(rows) / seconds:,.0f} rows/s, "
                f"{seconds / bare:.1f} times the bare insert, peak memory {_peak_memory():.0f} MB"
            )
            assert seconds < SLOWEST_SECONDS, f"{what} took more than {SLOWEST_SECONDS} s"


@contextlib.contextmanager
def _register() -> Iterator[Path]:
    folder = os.environ.get("REAL_DATA")
    if folder:
        path = Path(folder) / "associations-2014.csv"
        print(f"real data: {path.name}")
        yield path
        return
    print(f"invented data: {INVENTED_ROWS} rows (REAL_DATA=DIR for real ones)")
    chance = random.Random(2014)
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write("nom;code_postal;commune;objet;montant_recu;programme\n")
        for number in range(INVENTED_ROWS):
            purpose = " ".join(chance.choices(WORDS, k=chance.randint(1, 20)))
            place, programme = chance.choice(PLACES), chance.choice(PROGRAMMES)
            file.write(f"Les Amis {chance.choice(WORDS)} {number};{place};{purpose};1000.0;{programme}\n")
        file.flush()
        yield Path(file.name)


def _rows(path: Path) -> list[tuple[str, str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        found = csv.DictReader(file, delimiter=";")
        return [(row["nom"], row["code_postal"], row["objet"]) for row in found]


def _bare_insert(rows: list[tuple[str, str, str]]) -> float:
    """The two tables of an association, copied without looking at anything; emptied afterwards."""
    started = time.perf_counter()
    keys = [(uuid.uuid4(), uuid.uuid4()) for _ in rows]
    with connection.cursor() as cursor:
        with cursor.copy(
            f"COPY {Organisation._meta.db_table} "
            "(id, kind, name, name_key, postal_code, town, website, phone, status, origin, created_at) "
            "FROM STDIN"
        ) as copy:
            for number, ((key, _), (name, code, _purpose)) in enumerate(zip(keys, rows, strict=True)):
                known_as = f"{name_key(name)[:200]} {number}"
                office = (known_as, code[:5], "", "", "", "unclaimed", "import", "2026-11-23")
                copy.write_row((key, "association", name, *office))
        with cursor.copy(
            f"COPY {Association._meta.db_table} "
            "(id, organisation_id, purpose, registry, rna, siren, court_entry, size, stance, "
            "general_interest, refused_kinds, changed_at) FROM STDIN"
        ) as copy:
            for (owner, key), (_name, _code, purpose) in zip(keys, rows, strict=True):
                copy.write_row((key, owner, purpose, "", "", "", "", "", "open", "", "{}", "2026-11-23"))
    seconds = time.perf_counter() - started
    Organisation.objects.all().delete()
    return seconds


def _import(path: Path, **options: bool) -> float:
    told = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        call_command(
            "import_associations", str(path), stdout=told, rejects=Path(folder) / "rejects.csv", **options
        )
        seconds = time.perf_counter() - started
    balance = next(line for line in told.getvalue().splitlines() if " = " in line)
    print(f"  {balance}")
    return seconds


def _peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )
