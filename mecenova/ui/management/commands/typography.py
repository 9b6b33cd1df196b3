"""`manage.py typography`: write the templates' French with its apostrophes and no-break spaces.

`--check` writes nothing and fails when a template would change.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mecenova.ui.typography import french_template

KINDS = {".html", ".md"}


class Command(BaseCommand):
    help = "Put French apostrophes and no-break spaces into the text of the templates."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, help="files or folders; all templates by default")
        parser.add_argument(
            "--check", action="store_true", help="write nothing, fail when something would change"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        changed = []
        for path in _files(options["paths"] or [Path(folder) for folder in settings.TEMPLATES[0]["DIRS"]]):
            source = path.read_text(encoding="utf-8")
            written = french_template(source)
            if written == source:
                continue
            changed.append(path)
            self.stdout.write(str(path))
            if not options["check"]:
                path.write_text(written, encoding="utf-8")
        if options["check"] and changed:
            raise CommandError(f"{len(changed)} templates to correct: run manage.py typography")


def _files(paths: list[Path]) -> list[Path]:
    found = []
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [file for file in inside if file.suffix in KINDS]
    return found
