"""Processes beside the bench's own, on the same database, as workers are: what each spends and holds."""

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock and of processor (the process's and its database's), and megabytes at most."""

    clock: float
    processor: float
    megabytes: float


def spend(call: Callable[[], T]) -> tuple[Spent, T]:
    """What a call spends here."""
    began, own, other = time.perf_counter(), time.process_time(), database_processor()
    found = call()
    own, other = time.process_time() - own, database_processor() - other
    return Spent(time.perf_counter() - began, own + other, megabytes()), found


def at_work(function: str, number: int = 1) -> list[Spent]:
    """What so many new processes spend on the same function (`module:name`), at once."""
    from django.db import connection

    context = multiprocessing.get_context("spawn")
    told = context.SimpleQueue()
    name = str(connection.settings_dict["NAME"])
    workers = [context.Process(target=_work, args=(function, name, told)) for _ in range(number)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("A worker of the bench failed")
    return [told.get() for _ in workers]


def of_all(spent: Sequence[Spent]) -> Spent:
    """Of processes at work at once."""
    return Spent(
        max(each.clock for each in spent),
        sum(each.processor for each in spent),
        max(each.megabytes for each in spent),
    )


def database_processor() -> float:
    """Seconds of processor that this connection's server process has spent; the clock's where unknown."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return time.perf_counter()


def explained(sql: str, parameters: dict[str, Any]) -> tuple[float, float]:
    """Milliseconds of processor that the database spends on a query, the best of five runs, and to plan it.

    The processor's, where the system tells it: a busy machine does not make them longer. Else the clock's.
    """
    from django.db import connection

    found = []
    with connection.cursor() as cursor:
        before = database_processor()
        cursor.execute(f"PREPARE measured AS {sql}", parameters)
        cursor.execute("EXPLAIN EXECUTE measured")
        planning = database_processor() - before
        for _ in range(5):
            before = database_processor()
            cursor.execute("EXECUTE measured")
            cursor.fetchall()
            found.append(database_processor() - before)
        cursor.execute("DEALLOCATE measured")
    return 1000 * min(found), 1000 * planning


def megabytes() -> float:
    """The most that this process has held. A process that another started counts its own alone, if the system
    tells it."""
    try:
        (line,) = (
            line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
        )
        return int(line.split()[1]) / 1024
    except OSError:
        unit = 1024**2 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _work(function: str, database: str, told: Any) -> None:
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    module, _, name = function.partition(":")
    told.put(spend(getattr(import_module(module), name))[0])
