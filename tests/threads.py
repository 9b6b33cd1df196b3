"""Several people acting in the same instant, each on their own connection."""

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from mecenova.workflow.errors import DomainError

REFUSALS = (DomainError, PermissionDenied)


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


def failures_at_once(*calls: Callable[[], object]) -> list[Exception]:
    """The errors that they raised, but those by which the site says no."""
    results = at_once(*calls)
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, REFUSALS)]


class Pause:
    """The first call of a function stops as it has done its work, until `go`; later calls pass."""

    def __init__(self, monkeypatch: Any, module: Any, name: str) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self._call, self._is_first = getattr(module, name), threading.Lock()
        monkeypatch.setattr(module, name, self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        found = self._call(*args, **kwargs)
        if self._is_first.acquire(blocking=False):
            self.reached.set()
            self.go.wait(20)
        return found


def second_during_first(
    pause: Pause, first: Callable[[], object], second: Callable[[], object]
) -> list[Exception]:
    """The first goes as far as its pause; the second, to its end or to a lock; then the first goes on.

    The errors that they raised: a deadlock is one.
    """
    errors: list[Exception] = []

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    one, two = (threading.Thread(target=run, args=[call]) for call in (first, second))
    one.start()
    assert pause.reached.wait(20), errors
    two.start()
    until_another_waits(unless=lambda: not two.is_alive())
    pause.go.set()
    one.join()
    two.join()
    return errors


def while_uncommitted(monkeypatch: Any, write: Callable[[], object], act: Callable[[], Any]) -> Any:
    """What `act` gives, begun when `write` has written and before it is committed."""
    stage, given = SimpleNamespace(write=write), []

    def first() -> None:
        with transaction.atomic():
            stage.write()

    pause = Pause(monkeypatch, stage, "write")
    assert second_during_first(pause, first, lambda: given.append(act())) == []
    return given[0]


def until_another_waits(unless: Callable[[], bool] = lambda: False) -> None:
    """Return once another connection waits for a lock: what it waits for is held by whoever calls this.

    `unless`: nobody needs to wait any more.
    """
    last = time.monotonic() + 20
    while time.monotonic() < last:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
            if cursor.fetchone() or unless():
                return
        time.sleep(0.01)
    raise TimeoutError("Nobody waits")
