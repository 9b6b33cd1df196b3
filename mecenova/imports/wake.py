"""Telling a worker that a file waits. Nothing depends on it: beat looks every minute."""

from django.db import transaction

from mecenova.mail.wake import send_quickly


def wake_on_commit() -> None:
    transaction.on_commit(wake)


def wake() -> None:
    """One short message; a broker that is away costs a second and a log line, never the page."""
    from mecenova.imports.tasks import carry_out_imports

    send_quickly(carry_out_imports)
