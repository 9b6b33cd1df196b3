"""Several people acting in the same instant, each on their own connection."""

import threading
import time
from collections.abc import Callable

from django.db import connection


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call gave, or the error it raised."""
    start, results = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        try:
            start.wait()
            results.append(call())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def until_another_waits() -> None:
    """Return once another connection waits for a lock: what it waits for is held by whoever calls this."""
    last = time.monotonic() + 20
    while time.monotonic() < last:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
            if cursor.fetchone():
                return
        time.sleep(0.01)
    raise TimeoutError("Nobody waits")
