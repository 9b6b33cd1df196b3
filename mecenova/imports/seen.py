"""Which records a file has already met, for any number of rows: kept on disk, not in memory."""

import hashlib
import sqlite3
from collections.abc import Iterable
from types import TracebackType
from typing import Self


class Seen:
    """A set of keys in a temporary file that goes away with the import."""

    def __init__(self) -> None:
        self._keys = sqlite3.connect("", isolation_level=None)
        self._keys.execute("PRAGMA cache_size = -4000")
        self._keys.execute("PRAGMA synchronous = OFF")
        self._keys.execute("CREATE TABLE seen (key INTEGER PRIMARY KEY)")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keys.close()

    def among(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that were met before."""
        by_number = {_number(key): key for key in keys}
        marks = ",".join("?" * len(by_number))
        found = self._keys.execute(f"SELECT key FROM seen WHERE key IN ({marks})", list(by_number))  # noqa: S608
        return {by_number[number] for (number,) in found}

    def add(self, keys: Iterable[str]) -> None:
        self._keys.execute("BEGIN")
        self._keys.executemany("INSERT OR IGNORE INTO seen VALUES (?)", [(_number(key),) for key in keys])
        self._keys.execute("COMMIT")


def _number(key: str) -> int:
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
