"""A query's rows as a numpy array: packed by the database, copied in binary, no Python object a value."""

import uuid
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from psycopg import ClientCursor

Array: TypeAlias = np.ndarray[Any, Any]

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
# An array as it is sent: a header of words of 32 bits, shorter when it is empty, then each value of 64 bits
# after its length.
_HEADER, _EMPTY, _VALUE = 5, 3, 3


def read_rows(sql: str, columns: Mapping[str, str], *, order: str) -> Array:
    """The rows of `sql` (no parameters: see `among`). `columns` gives the numpy type of each; `order` is
    among them.

    Raises ValueError when a value is null.
    """
    return read_lists(sql, columns, {}, order=order)[0]


def read_lists(
    sql: str, columns: Mapping[str, str], lists: Mapping[str, str], *, order: str
) -> tuple[Array, dict[str, tuple[Array, Array]]]:
    """The same, followed by `lists`: columns that are arrays of bigint or double precision.

    Each list is told as how many values each row holds, and all the values one after the other.
    """
    given = {**columns, **{f"number_of_{name}": ">i4" for name in lists}}
    row = np.dtype(list(given.items()))
    sent = [f"{_SEND[kind]}({name})" for name, kind in columns.items()]
    sent += [f"int4send(cardinality({name}))" for name in lists]
    packed = [" || ".join(sent), *(f"array_send({name})" for name in lists)]
    grouped = ", ".join(f"string_agg({each}, ''::bytea ORDER BY {order})" for each in packed)
    names = ", ".join([*columns, *lists])
    whole = f"SELECT count(*), {grouped} FROM ({sql}) AS found({names})"  # noqa: S608 (no value of a person's)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({whole}) TO STDOUT (FORMAT BINARY)") as copy:
        copy.set_types(["int8", *["bytea"] * len(packed)])
        ((number, *blocks),) = copy.rows()
    rows = np.frombuffer(blocks[0] or b"", dtype=row)
    if len(rows) < number:
        raise ValueError("A value is null")
    return rows, {
        name: _values(plain(rows[f"number_of_{name}"]), block, kind)
        for (name, kind), block in zip(lists.items(), blocks[1:], strict=True)
    }


def _values(numbers: Array, block: bytes | None, kind: str) -> tuple[Array, Array]:
    """Of arrays of these lengths, sent one after the other."""
    words = np.frombuffer(block or b"", dtype=">u4")
    headers = np.where(numbers > 0, _HEADER, _EMPTY)
    ends = np.cumsum(headers + _VALUE * numbers)
    if len(words) != (ends[-1] if len(ends) else 0):
        raise ValueError("A value is null")
    first = np.repeat(ends - _VALUE * numbers, numbers)
    nth = np.arange(len(first)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
    places = first + _VALUE * nth
    halves = np.empty((len(places), 2), ">u4")
    halves[:, 0], halves[:, 1] = words[places + 1], words[places + 2]
    return numbers, plain(halves.reshape(-1).view(kind))


def plain(column: Array) -> Array:
    """Of its own, in the machine's order of bytes."""
    return np.ascontiguousarray(column, dtype=column.dtype.newbyteorder("="))


def among(column: str, keys: Collection[uuid.UUID] | Array | None) -> str:
    """A condition to write into a query: this column is one of these keys; always true for None."""
    if keys is None:
        return "true"
    if isinstance(keys, np.ndarray):
        written = keys.astype(UUID).tobytes().hex()
        each = (written[start : start + 32] for start in range(0, len(written), 32))
    else:
        each = (key.hex for key in keys)
    return f"{column} = ANY('{{{','.join(each)}}}'::uuid[])"


def statement_of(rows: QuerySet[Any, Any]) -> str:
    """A queryset as a query without parameters, to be read by `read_rows`."""
    sql, parameters = rows.query.sql_with_params()
    connection.ensure_connection()
    # Django’s own cursor binds on the server where rehearsals’ settings say so, and then writes nothing.
    return ClientCursor(connection.connection).mogrify(sql, parameters)


def as_uuid(key: bytes) -> uuid.UUID:
    """numpy forgets zeros at the end."""
    return uuid.UUID(bytes=bytes(key).ljust(16, b"\0"))


def as_bytes(keys: Collection[uuid.UUID]) -> Array:
    return np.array([key.bytes for key in keys], UUID)
