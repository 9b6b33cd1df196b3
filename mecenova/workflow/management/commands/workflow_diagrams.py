"""Draws every workflow of the house in docs/states.md; --check fails when the page is stale."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mecenova.workflow.machine import Workflow, registered

INTRODUCTION = """# States

Drawn from the transition tables (`<app>/workflow.py`) by `manage.py workflow_diagrams`; do not edit by hand.
A status is written only by the operation of a verb below, and each transition leaves a line in the journal.
"""


def page(workflows: list[Workflow]) -> str:
    """The whole page, as it should be today."""
    return "\n".join([INTRODUCTION, *(section(workflow) for workflow in workflows)])


def section(workflow: Workflow) -> str:
    rows = [
        f"| {transition.verb} | {', '.join(sorted(transition.sources))} "
        f"| {transition.target} | {transition.who} |"
        for transition in workflow.transitions
    ]
    table = ["| verb | from | to | who |", "|---|---|---|---|", *rows]
    return "\n".join([f"## {workflow.name}", "", "```mermaid", workflow.diagram(), "```", "", *table, ""])


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is stale")
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "docs" / "states.md")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        expected = page(registered())
        if not options["check"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(expected)
            self.stdout.write(f"{path.name}: {len(registered())} workflows")
        elif not path.exists() or path.read_text() != expected:
            raise CommandError(f"{path.name} is stale: run manage.py workflow_diagrams")
