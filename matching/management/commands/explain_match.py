"""Print the whole sum of a pair: the filters, each part with its weight, and the reasons."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from associations.models import Association
from companies.models import Need
from matching.models import Suggestion
from matching.network import load
from matching.scoring import (
    SCORE_VERSION,
    STOPS,
    WEIGHTS,
    WITHOUT_THEME,
    reasons,
    score,
    stopped_by,
)
from mecenova.calendar import clock
from mecenova.identifiers.names import fold

LABELS = {
    "theme": "un thème en commun",
    "cause": "causes",
    "text": "mots et sujets",
    "place": "territoire",
    "audience": "publics",
    "skills": "compétences",
    "amount": "montant",
    "clarity": "fiche parlante, intérêt général clair",
}


class Command(BaseCommand):
    help = "Explique la note d’une paire : filtres, termes de la somme, raisons."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("need", help="identifiant du besoin, ou son titre")
        parser.add_argument("association", help="identifiant de l’association, ou son nom")

    def handle(self, *args: Any, **options: Any) -> None:
        need = _one(Need.objects.all(), "title", options["need"], "besoin")
        association = _one(
            Association.objects.select_related("organisation"),
            "organisation__name",
            options["association"],
            "association",
        )
        network = load(Association.objects.filter(pk=association.pk), Need.objects.filter(pk=need.pk))
        need_side, side = network.needs[0], network.associations[0]
        self.stdout.write(f"Besoin : {need.title}\nAssociation : {association.organisation.name}\n")
        if not association.organisation.is_checked:
            self.stdout.write("Attention : l’association n’est pas vérifiée, aucun tour ne la propose.")
        stop = stopped_by(need_side, side, clock.today())
        if stop:
            self.stdout.write(f"Écartée par le filtre « {stop} » : {STOPS[stop]}")
        else:
            self.stdout.write("Aucun filtre n’écarte cette paire.")
        assessment = score(need_side, side, network.related)
        for name, weight in WEIGHTS.items():
            value = assessment.parts[name]
            self.stdout.write(f"  {LABELS[name]:<40} {value:.4f} × {weight:.2f} = {value * weight:.4f}")
        if not assessment.has_theme:
            self.stdout.write(f"  aucun thème en commun : la somme est multipliée par {WITHOUT_THEME}")
        self.stdout.write(f"Score ({SCORE_VERSION}) : {assessment.total:.4f}")
        for reason in reasons(need_side, side, assessment, network.names.words):
            self.stdout.write(f"  - {reason}")
        self._tell_stored(need, association)

    def _tell_stored(self, need: Need, association: Association) -> None:
        stored = Suggestion.objects.filter(need=need, association=association).first()
        if stored is None:
            self.stdout.write("Cette paire n’a pas été présentée.")
            return
        self.stdout.write(
            f"Présentée le {clock.paris(stored.presented_at):%d/%m/%Y} avec {stored.score} "
            f"(score {stored.score_version}) : {stored.get_status_display().lower()}."
        )
        for reason in stored.reasons:
            self.stdout.write(f"  - {reason}")


def _one(found: "QuerySet", field: str, wanted: str, what: str) -> Any:
    """By identifier, else by exact text whatever the case, else by folded text."""
    try:
        return found.get(pk=uuid.UUID(wanted))
    except ValueError:
        matches = list(found.filter(**{f"{field}__iexact": wanted})[:2])
    except found.model.DoesNotExist as error:
        raise CommandError(f"Aucun {what} ne porte cet identifiant.") from error
    if not matches:
        path = field.split("__")
        matches = [row for row in found.iterator() if fold(_follow(row, path)) == fold(wanted)][:2]
    if len(matches) != 1:
        problem = "Plusieurs fiches portent" if matches else "Aucune fiche ne porte"
        raise CommandError(f"{problem} ce texte ({what}) : donnez son identifiant.")
    return matches[0]


def _follow(row: Any, path: list[str]) -> str:
    for name in path:
        row = getattr(row, name)
    return str(row)
