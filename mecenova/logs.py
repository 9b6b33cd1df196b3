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
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
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
        raised = record.exc_info[0] if record.exc_info else None
        unsaid = dict.fromkeys(WORDS_OF_A_TASK, raised.__name__ if raised else "(unsaid)")
        return words % {name: unsaid.get(name, _without_words(value)) for name, value in record.args.items()}
    return words % tuple(_without_words(value) for value in record.args)


def _without_words(value: object) -> object:
    """The type of an error instead of what it says."""
    return type(value).__name__ if isinstance(value, BaseException) else value
