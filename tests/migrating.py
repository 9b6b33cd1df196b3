"""The tables as a former release had them, and back to what they are."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate(*targets: tuple[str, str]) -> Callable[..., Any]:
    """Go there; what is given finds a model as it was: `former("mail", "OutgoingMail")`."""
    MigrationExecutor(connection).migrate(list(targets))
    return MigrationExecutor(connection).loader.project_state(list(targets)).apps.get_model


def migrate_to_now() -> Callable[..., Any]:
    return migrate(*MigrationExecutor(connection).loader.graph.leaf_nodes())
