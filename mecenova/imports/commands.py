"""What the import commands share: options, a progress bar on a terminal, the report, clear failures."""

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, InterfaceError

from mecenova.imports.errors import ImportRefused
from mecenova.imports.report import Report, figure
from mecenova.imports.running import Importer, Progress, run_import

_BAR = 24


class ImportCommand(BaseCommand):
    """Subclasses give `importer_class`, and say what the file holds in `help`."""

    importer_class: ClassVar[Callable[..., Importer[Any]]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FICHIER", help="fichier CSV")
        parser.add_argument(
            "--commit", action="store_true", help="écrire (sans cette option\u00a0: un essai)"
        )
        parser.add_argument(
            "--rejects",
            type=Path,
            metavar="FICHIER",
            help="où écrire les lignes rejetées (ici même, <FICHIER>.rejets.csv, si rien n’est dit)",
        )
        self.add_choices(parser)

    def add_choices(self, parser: ArgumentParser) -> None:
        """What this import asks beyond the file, the writing and the rejects."""
        parser.add_argument(
            "--as-checked",
            action="store_true",
            help="les fiches que personne ne tient deviennent des membres vérifiés (réseau déjà connu)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        importer, path = self.importer(options), options["file"]
        report = Report(what=importer.what, source=path.name, commit=options["commit"])
        bar = _Bar(self.stderr)
        try:
            with _stopped_as_by_hand():
                run_import(
                    path,
                    importer,
                    commit=options["commit"],
                    rejects=options["rejects"],
                    report=report,
                    tell=bar.show,
                )
        except ImportRefused as refusal:
            raise CommandError(f"{refusal.message}{_so_far(report)}") from refusal
        except KeyboardInterrupt:
            raise CommandError(f"Import interrompu.{_so_far(report)}") from None
        except (DatabaseError, InterfaceError) as error:
            raise CommandError(
                "La base de données ne répond pas ou a refusé un lot\u00a0: "
                f"{type(error).__name__}.{_so_far(report)}"
            ) from error
        finally:
            bar.clear()
        for line in report.lines():
            self.stdout.write(line)

    def importer(self, options: dict[str, Any]) -> Importer[Any]:
        return self.importer_class(as_checked=options["as_checked"])


@contextmanager
def _stopped_as_by_hand() -> Iterator[None]:
    """A machine that stops asks first: what was begun is told and put away, as for Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _so_far(report: Report) -> str:
    """What a failure leaves: whole batches; the same command goes on from there."""
    if not report.commit or not report.read:
        return " Rien n’est écrit."
    return (
        f" Les {figure(report.read)} premières lignes sont traitées ({figure(report.written)} écrites). "
        "Relancez la même commande\u00a0: elle reprend sans rien doubler."
    )


class _Bar:
    """One line redrawn on a terminal; nothing in a file or a pipe."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_shown = hasattr(stream, "isatty") and stream.isatty()

    def show(self, progress: Progress) -> None:
        if self._is_shown:
            share = progress.position / progress.size if progress.size else 1.0
            done = round(share * _BAR)
            bar = "█" * done + "░" * (_BAR - done)
            self._write(f"\r{bar} {share:4.0%}  {figure(progress.report.read)} lignes")

    def clear(self) -> None:
        if self._is_shown:
            self._write("\r\033[2K")

    def _write(self, text: str) -> None:
        self._stream.write(text, ending="")
        self._stream.flush()
