"""Print the whole sum of a pair: what the team's page shows, in a terminal."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.models import Suggestion
from matching.pairs import Pair, associations_named, look_at, needs_named
from matching.scoring import SCORE_VERSION, WITHOUT_THEME, reasons
from matching.verdicts import told_to_team
from mecenova.calendar import clock


class Command(BaseCommand):
    help = "Explique la note d’une paire : filtres, termes de la somme, rang, ce qui en est sorti."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("need", help="identifiant du besoin, ou son titre")
        parser.add_argument("association", help="identifiant de l’association, ou son nom")

    def handle(self, *args: Any, **options: Any) -> None:
        pair = look_at(
            _only(needs_named(options["need"]), "besoin"),
            _only(associations_named(options["association"]), "association"),
        )
        self.stdout.write(f"Besoin : {pair.need.title}\nAssociation : {pair.association.organisation.name}\n")
        if not pair.association.organisation.is_checked:
            self.stdout.write("Attention : l’association n’est pas vérifiée, aucun tour ne la propose.")
        self._tell_filters(pair)
        self._tell_sum(pair)
        self._tell_ground(pair)
        self.stdout.write(told_to_team(pair))
        if pair.stored is not None:
            self._tell_stored(pair.stored)

    def _tell_filters(self, pair: Pair) -> None:
        for stop in pair.stops:
            self.stdout.write(f"Écartée par le filtre « {stop.name} » : {stop.sentence}")
        if not pair.stops:
            self.stdout.write("Aucun filtre n’écarte cette paire.")

    def _tell_sum(self, pair: Pair) -> None:
        for part in pair.parts:
            self.stdout.write(f"  {part.label:<40} {part.value:.4f} × {part.weight:.2f} = {part.product:.4f}")
        if not pair.assessment.has_theme:
            self.stdout.write(f"  aucun thème en commun : la somme est multipliée par {WITHOUT_THEME}")
        self.stdout.write(f"Score ({SCORE_VERSION}) : {pair.assessment.total:.4f}")
        if pair.refused is not None:
            self.stdout.write(f"Refus passés : −{pair.refused.cost:.4f}. {pair.refused.in_words}.")
        for reason in reasons(pair.need_side, pair.side, pair.assessment, pair.names.words):
            self.stdout.write(f"  - {reason}")

    def _tell_ground(self, pair: Pair) -> None:
        if pair.standing is not None:
            self.stdout.write(
                f"Rang avant capacité : {pair.standing.rank} sur {pair.standing.compatible}"
                f" ({pair.standing.equal} à égalité)"
            )
        self.stdout.write(f"Places de l’entreprise ce mois-ci : {pair.places_left} sur {pair.capacity}")
        if pair.settled is not None:
            until = f" jusqu’au {pair.settled.until:%d/%m/%Y}" if pair.settled.until else ""
            self.stdout.write(f"Entreprise et association{until} : {pair.settled.why}")

    def _tell_stored(self, stored: Suggestion) -> None:
        self.stdout.write(
            f"Présentée le {clock.paris(stored.presented_at):%d/%m/%Y} avec {stored.score} "
            f"(score {stored.score_version}) : {stored.get_status_display().lower()}."
        )
        for reason in stored.reasons:
            self.stdout.write(f"  - {reason}")


def _only(found: list[Any], what: str) -> Any:
    if len(found) != 1:
        problem = "Plusieurs fiches portent" if found else "Aucune fiche ne porte"
        raise CommandError(f"{problem} ce texte ({what}) : donnez son identifiant.")
    return found[0]
