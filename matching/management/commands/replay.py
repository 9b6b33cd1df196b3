"""Play past rounds again under other weights, and say in French who would have waited less or more."""

from argparse import ArgumentParser
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from associations.models import Association
from matching.replay import Played, Replay, replay
from matching.scoring import SCORE_VERSION
from matching.weights import UnknownWeights, Weighting, read_weighting, weighting_named
from mecenova.calendar import clock

MOST_NAMED = 20
LIMITS = (
    "Ce que ce rejeu ne sait pas :",
    "  - textes, causes et besoins sont ceux d’aujourd’hui ; un besoin clos depuis n’y est pas ;",
    "  - les réponses des entreprises ne sont pas rejouées : une paire présentée ne revient pas, et les",
    "    demandes des associations gardent les places qu’elles ont prises ;",
    "  - les places s’ouvrent comme dans un tour d’aujourd’hui, même si la règle était autre alors.",
)


class Command(BaseCommand):
    help = "Rejoue les tours depuis une date sous d’autres poids. N’écrit rien."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from", dest="since", type=date.fromisoformat, required=True, metavar="AAAA-MM-JJ"
        )
        parser.add_argument("--score", default="causes", metavar="VERSION", help="nom d’un jeu de poids")
        parser.add_argument("--weights", type=Path, metavar="FICHIER", help="jeu de poids en JSON")
        parser.add_argument(
            "--names", action="store_true", help="nommer les associations, pour l’équipe seulement"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        since = options["since"]
        if since > clock.today():
            raise CommandError("--from attend une date passée.")
        try:
            other = (
                read_weighting(options["weights"])
                if options["weights"]
                else weighting_named(options["score"])
            )
        except UnknownWeights as error:
            raise CommandError(error.message) from error
        found = replay(since, weighting_named(SCORE_VERSION), other)
        if not found.days:
            self.stdout.write(f"Aucun tour depuis le {since:%d/%m/%Y} : rien à rejouer.")
            return
        self._tell(found, since, other)
        if options["names"]:
            self._name("Attendraient moins", found.waiting(less=True), found)
            self._name("Attendraient plus", found.waiting(less=False), found)
        for line in LIMITS:
            self.stdout.write(line)

    def _tell(self, found: Replay, since: date, other: Weighting) -> None:
        present = found.present
        less, more = len(found.waiting(less=True)), len(found.waiting(less=False))
        lines = (
            f"{len(found.days)} jours de tour depuis le {since:%d/%m/%Y}, score {present.version} contre "
            f"{other.version}, {len(present.waits)} associations qu’un besoin d’aujourd’hui peut concerner.",
            f"Présentations : {len(present.presented)} contre {len(found.other.presented)}, dont "
            f"{found.otherwise} autres paires.",
            f"Attente jusqu’à la première présentation, médiane : {_days(present.median_wait)} contre "
            f"{_days(found.other.median_wait)}.",
            f"La plus longue : {_days(present.longest_wait)} contre {_days(found.other.longest_wait)}.",
            f"Auraient attendu moins : {less} ; plus : {more} ; autant : {len(present.waits) - less - more}.",
            f"En vrai, {len(found.really)} paires ont été présentées ; le rejeu sous les poids présents en "
            f"retrouve {len(found.really & present.presented)}.",
            f"Sur {found.kept} suggestions dont les termes sont gardés, {found.dropped} passeraient sous le "
            f"seuil avec {other.version}.",
        )
        for line in lines:
            self.stdout.write(line)

    def _name(self, title: str, keys: list[UUID], found: Replay) -> None:
        names = dict(Association.objects.filter(pk__in=keys).values_list("pk", "organisation__name"))
        self.stdout.write(f"{title} :")
        for key in keys[:MOST_NAMED]:
            before, after = _wait_of(key, (found.present, found.other))
            self.stdout.write(f"  - {names[key]} : {before} jours contre {after}")
        if len(keys) > MOST_NAMED:
            self.stdout.write(f"  … et {len(keys) - MOST_NAMED} autres.")


def _wait_of(key: UUID, played: Iterable[Played]) -> list[int]:
    return [each.waits[key] for each in played]


def _days(value: float | None) -> str:
    return "aucune" if value is None else f"{value:.0f} jours"
