"""One JSON object a line, without anything a person typed: identifiers and places in the code only."""

import json
import logging
import re
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime

ADDRESS = re.compile(r"[^\s<>(){}\[\]'\",;:=]+@[^\s<>(){}\[\]'\",;:=]+")
# What Celery says of a task besides its name and number: what was raised, given to it, or given back by it.
WORDS_OF_A_TASK = {"exc", "traceback", "args", "kwargs", "return_value"}

# How each step of `traceback.format_stack` begins.
STACK = '  File "'


class JsonFormatter(logging.Formatter):
    """Addresses of pages may carry a signed link and errors what was typed: neither is written.

    For a request, its answer and the name of its page; for an exception, its type and where it went, be it
    raised, or among the words of the message; for a task that raised, its name, its number and that type.
    Whatever else may hold an e-mail address is written without it.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": ADDRESS.sub("(address)", _message(record)),
        }
        if record.exc_info and record.exc_info[1]:
            line["exception"] = kind_of(record.exc_info[1])
            frames = traceback.extract_tb(record.exc_info[2])
            line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    request = getattr(record, "request", None)
    if request is not None:
        page = getattr(request, "resolver_match", None)
        return f"{getattr(record, 'status_code', '-')} {page.view_name if page else 'no page'}"
    words = str(_without_words(record.msg))
    if record.name.startswith("gunicorn.") and record.levelno >= logging.WARNING:
        # Of a request that could not be read or answered, the web server tells the page and the visitor.
        return words.partition(" from ip=")[0]
    if not record.args:
        return words
    if isinstance(record.args, Mapping):
        # The one way to tell what a task raised: Celery hands it over as text.
        raised = record.exc_info[1] if record.exc_info else None
        unsaid = dict.fromkeys(WORDS_OF_A_TASK, kind_of(raised) if raised else "(unsaid)")
        return words % {name: unsaid.get(name, _without_words(value)) for name, value in record.args.items()}
    return words % tuple(_without_words(value) for value in record.args)


def kind_of(error: BaseException) -> str:
    """The type of an error, and of what made it: « OperationalError (DiskFull) » says what to mend."""
    name = type(error).__name__
    cause = type(error.__cause__).__name__ if error.__cause__ else name
    return name if cause == name else f"{name} ({cause})"


def _without_words(value: object) -> object:
    """The type of an error instead of what it says; nothing of the stack that beat puts among its words."""
    if isinstance(value, list) and value and str(value[0]).startswith(STACK):
        return "(stack)"
    return kind_of(value) if isinstance(value, BaseException) else value
