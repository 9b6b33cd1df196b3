"""Run a round, or only rank, and say in French what was done."""

from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from associations.models import Association
from companies.models import Company, Need
from matching.enums import RoundScope
from matching.exports import write_ranking
from matching.models import Round, Suggestion
from matching.operations import run_round
from matching.ranking import rankings_of_needs
from mecenova.workflow.errors import DomainError


class Command(BaseCommand):
    help = "Rapproche besoins publiés et associations vérifiées, dans la limite des places des entreprises."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="classer seulement : rien n’est présenté ni écrit"
        )
        parser.add_argument(
            "--changed", action="store_true", help="seulement ce qui a changé depuis le dernier tour"
        )
        parser.add_argument(
            "--export", type=Path, metavar="FICHIER", help="écrire le classement avant capacité (CSV)"
        )
        parser.add_argument("--per-need", type=int, default=10, metavar="N", help="lignes par besoin (10)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["per_need"] < 1:
            raise CommandError("--per-need attend un nombre d’au moins 1.")
        if not options["dry_run"]:
            self._run(RoundScope.CHANGED if options["changed"] else RoundScope.FULL)
        if options["export"]:
            self._export(options["export"], options["per_need"])
        elif options["dry_run"]:
            self._tell_ranking(options["per_need"])

    def _run(self, scope: RoundScope) -> None:
        started = perf_counter()
        try:
            done = run_round(scope=scope)
        except DomainError as error:
            raise CommandError(error.message) from error
        if done is None:
            self.stdout.write("Rien n’a changé depuis le dernier tour.")
            return
        self.stdout.write(_summary(done, perf_counter() - started))
        for line in (*_could_not(done), *_fairness(done)):
            self.stdout.write(line)

    def _export(self, path: Path, per_need: int) -> None:
        started = perf_counter()
        rankings, names, associations = rankings_of_needs(per_need)
        shown = {candidate.association.id for ranking in rankings for candidate in ranking.candidates}
        titles = dict(
            Need.objects.filter(pk__in=[ranking.need.id for ranking in rankings]).values_list("pk", "title")
        )
        companies = dict(
            Company.objects.filter(needs__in=titles).distinct().values_list("pk", "organisation__name")
        )
        called = dict(Association.objects.filter(pk__in=shown).values_list("pk", "organisation__name"))
        presented = set(Suggestion.objects.filter(need__in=titles).values_list("need_id", "association_id"))
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                lines = write_ranking(
                    file,
                    rankings,
                    names,
                    titles,
                    companies,
                    called,
                    presented,
                    per_need=per_need,
                )
        except OSError as error:
            raise CommandError(
                f"Impossible d’écrire {path} : {error.strerror}. Choisissez un autre fichier."
            ) from error
        self.stdout.write(
            f"{_counted(lines, 'ligne écrite')} dans {path} : {_counted(len(rankings), 'besoin')}, "
            f"{_counted(associations, 'association')}, {perf_counter() - started:.1f} s."
        )

    def _tell_ranking(self, per_need: int) -> None:
        rankings, _, associations = rankings_of_needs(per_need)
        pairs = sum(ranking.compatible for ranking in rankings)
        self.stdout.write(
            f"{_counted(len(rankings), 'besoin')}, {_counted(associations, 'association')}, "
            f"{_counted(pairs, 'paire compatible')}. Rien n’a été présenté."
        )


def _summary(done: Round, seconds: float) -> str:
    return (
        f"{done.get_scope_display()} : {_counted(done.needs, 'besoin')}, "
        f"{_counted(done.pairs, 'paire compatible')}, "
        f"{_counted(done.presented, 'nouvelle suggestion')}, {seconds:.1f} s (score {done.score_version})."
    )


def _counted(number: int, words: str) -> str:
    """« 1 paire compatible », « 3 paires compatibles »."""
    return f"{number} {' '.join(f'{word}s' for word in words.split()) if number > 1 else words}"


def _could_not(done: Round) -> list[str]:
    return [f"N’a pas pu faire : {', '.join(done.could_not)}."] if done.could_not else []


def _fairness(done: Round) -> list[str]:
    """How evenly attention is shared; nothing after a small round, which does not know."""
    if not done.compatible or done.in_time_share is None:
        return []
    lines = [
        f"Partage : {done.in_time} associations sur {done.compatible} ({_percent(done.in_time_share)}) ont "
        "été présentées, ou sont arrivées, depuis 90 jours au plus ; 90 jours de places permettent d’en "
        f"présenter {done.servable}. Plus longue attente : {done.longest_wait} jours."
    ]
    if done.gini is not None:
        gini = str(done.gini).replace(".", ",")
        lines.append(f"Inégalité des présentations de 90 jours (Gini, 0 quand chacune en a autant) : {gini}.")
    if done.score_share is not None:
        lines.append(
            f"Scores : {_percent(done.score_share)} du meilleur total que les mêmes places donneraient sans "
            "regarder l’attente."
        )
    return lines


def _percent(share: float | Decimal) -> str:
    return f"{round(100 * share)} %"
