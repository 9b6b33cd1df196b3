"""A query's rows as a numpy array, through COPY in binary: fixed width, no null, no Python object a value."""

import uuid
from collections.abc import Collection
from typing import Any, TypeAlias

import numpy as np
from django.db import connection

Array: TypeAlias = "np.ndarray[Any, Any]"

# The sixteen bytes of a UUID. They sort as PostgreSQL sorts uuid.
UUID = "S16"
# What COPY writes before the first row: a signature, flags, the length of an extension that is empty.
_HEADER = 19
_TRAILER = 2


def read_rows(sql: str, columns: dict[str, str]) -> Array:
    """The rows of `sql` (no parameters: see `among`). `columns` gives each a numpy type, big-endian."""
    row = np.dtype(
        [("fields", ">i2"), *(part for name, kind in columns.items() for part in _field(name, kind))]
    )
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT BINARY)") as copy:
        data = b"".join(bytes(block) for block in copy)
    rows = np.frombuffer(
        data, dtype=row, offset=_HEADER, count=(len(data) - _HEADER - _TRAILER) // row.itemsize
    )
    if len(data) != _HEADER + _TRAILER + rows.nbytes:
        raise ValueError("A column has another width than was said, or is null")
    return rows


def among(column: str, keys: Collection[uuid.UUID] | None) -> str:
    """A condition to write into a query: this column is one of these keys; always true for None."""
    if keys is None:
        return "true"
    listed = ",".join(str(uuid.UUID(str(key))) for key in keys)
    return f"{column} = ANY('{{{listed}}}'::uuid[])"


def except_for(column: str, keys: Collection[uuid.UUID]) -> str:
    """A condition to write into a query: this column is none of these keys."""
    return f"NOT ({among(column, keys)})" if keys else "true"


def as_uuid(key: bytes) -> uuid.UUID:
    """numpy forgets zeros at the end."""
    return uuid.UUID(bytes=bytes(key).ljust(16, b"\0"))


def _field(name: str, kind: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """COPY writes the width before each value."""
    return (f"{name}_width", ">i4"), (name, kind)
