"""A query's rows as a numpy array: packed by the database, copied in binary, no Python object a value."""

import uuid
from collections.abc import Collection
from typing import Any, TypeAlias

import numpy as np
from django.db import connection

Array: TypeAlias = "np.ndarray[Any, Any]"

# The sixteen bytes of a UUID. They sort as PostgreSQL sorts uuid.
UUID = "S16"
# How PostgreSQL writes each type in the order of the network.
_SEND = {
    UUID: "uuid_send",
    ">i8": "int8send",
    ">i4": "int4send",
    ">i2": "int2send",
    ">f8": "float8send",
    ">f4": "float4send",
    "?": "boolsend",
}
# How many rows come as one value: a Python object each would cost more than the query.
_TOGETHER = 20_000


def read_rows(sql: str, columns: dict[str, str]) -> Array:
    """The rows of `sql` (no parameters: see `among`), in its order. `columns` gives the numpy type of each.

    Raises ValueError when a value is null.
    """
    row = np.dtype(list(columns.items()))
    names = ", ".join(columns)
    sent = " || ".join(f"{_SEND[kind]}({name})" for name, kind in columns.items())
    packed = f"""
        SELECT string_agg(sent, ''::bytea ORDER BY n) FROM (
            SELECT {sent} AS sent, row_number() OVER () AS n FROM ({sql}) AS found({names})
        ) AS numbered GROUP BY (n - 1) / {_TOGETHER} ORDER BY (n - 1) / {_TOGETHER}
    """  # noqa: S608 (this module's callers write no value of a person's into it)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({packed}) TO STDOUT (FORMAT BINARY)") as copy:
        copy.set_types(["bytea"])
        blocks = [block for (block,) in copy.rows()]
    whole = [block for block in blocks if block is not None]
    if len(whole) < len(blocks) or any(len(block) != _TOGETHER * row.itemsize for block in whole[:-1]):
        raise ValueError("A value is null")
    return np.frombuffer(b"".join(whole), dtype=row)


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
