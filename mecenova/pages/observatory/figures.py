"""The figures of waiting, whole: what the team sees. `report.py` tells everybody what `hiding.py` leaves."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from accounts.enums import OrganisationKind
from associations.models import Association
from matching.models import Suggestion
from mecenova.calendar import clock
from mecenova.reference.enums import Kind, TerritoryLevel
from mecenova.reference.models import Cause, Territory

PERIOD = timedelta(days=365)
ATTENTION = timedelta(days=90)
NOWHERE = ""

_WAITS = files("mecenova.pages.observatory").joinpath("figures.sql").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Figure:
    """A wait, told by its median and ninth decile, or a share: of all counted, those who waited in vain."""

    slug: str
    title: str
    # In the singular.
    unit: str
    definition: str
    nobody: str
    is_share: bool = False
    kinds: Mapping[str, str] = field(default_factory=dict)


SIGNED_UP = {kind.value: str(kind.label) for kind in (OrganisationKind.ASSOCIATION, OrganisationKind.COMPANY)}
FORMS = {kind.value: str(kind.label) for kind in Kind}

FIGURES = {
    figure.slug: figure
    for figure in (
        Figure(
            "answer",
            "Première réponse après l’inscription",
            "inscription",
            "Du moment où l’organisme est inscrit au départ du courriel d’accueil\u00a0: chances réelles, "
            "parties de la fiche qui manquent, besoins qui conviennent ou raison de leur absence.",
            "Aucune inscription n’a encore reçu de réponse.",
            kinds=SIGNED_UP,
        ),
        Figure(
            "check",
            "Vérification par une personne",
            "inscription",
            "De l’inscription au premier regard d’une personne de l’équipe\u00a0: fiche vérifiée, ou demande "
            "de précision. En jours du calendrier, week-ends compris.",
            "Aucune inscription n’a encore été vérifiée.",
            kinds=SIGNED_UP,
        ),
        Figure(
            "introduction",
            "Réponse à une mise en relation",
            "demande",
            "De l’envoi de la demande à la première réponse\u00a0: oui, non, ou plus tard. Le temps passé à "
            "attendre une place chez l’entreprise n’y est pas. Cause et territoire sont ceux de "
            "l’association.",
            "Aucune demande n’a encore reçu de réponse.",
            kinds=FORMS,
        ),
        Figure(
            "attention",
            "Associations sans présentation depuis 90 jours",
            "association",
            "Parmi les associations vérifiées depuis plus de 90 jours, complètes et ouvertes aux "
            "partenariats\u00a0: celles qui n’ont été présentées à aucune entreprise en 90 jours. La forme "
            "est celle que cherchent leurs projets en ligne.",
            "Aucune association n’est encore vérifiée et complète depuis 90 jours.",
            is_share=True,
            kinds=FORMS,
        ),
    )
}
DIMENSIONS = {"cause": "cause", "territory": "territoire", "kind": "forme"}


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the database: seconds are None when no wait has ended, and in shares."""

    counted: int = 0
    ended: int = 0
    missed: int = 0
    half: float | None = None
    nine_in_ten: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A département, or a collectivity in its place, which is then its own région."""

    code: str
    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Figures:
    """`groups` by (figure, dimension, key); names of causes and places are those of the day."""

    computed_at: datetime
    groups: Mapping[tuple[str, str, str], Group]
    causes: Mapping[str, str]
    places: Mapping[str, Place]
    regions: Mapping[str, str]

    def of(self, figure: str, dimension: str) -> dict[str, Group]:
        """The groups of one figure along one dimension, by key."""
        return {
            key: group
            for (name, side, key), group in self.groups.items()
            if (name, side) == (figure, dimension)
        }

    def inside(self, region: str) -> list[Place]:
        """The départements of a région; none when it has only one, which is itself."""
        found = [place for place in self.places.values() if place.region == region]
        return found if len(found) > 1 else []

    def total(self, figure: str) -> Group:
        return self.groups.get((figure, "all", ""), Group())


def compute() -> Figures:
    """Five queries, whatever the size of the network."""
    moment = clock.now()
    eligible = _eligible(moment)
    values: dict[str, Any] = {
        "since": moment - PERIOD,
        "eligible": list(eligible),
        "missed": list(eligible.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WAITS, values)
        groups = {(figure, side, key): Group(*numbers) for figure, side, key, *numbers in cursor.fetchall()}
    places, regions = _places()
    causes = dict(Cause.objects.values_list("slug", "name"))
    return Figures(moment, groups, causes, places, regions)


def _eligible(moment: datetime) -> dict[object, bool]:
    """Organisations of associations that should have been presented by now, and whether they were not."""
    since = moment - ATTENTION
    recent = Suggestion.objects.filter(association=OuterRef("pk"), presented_at__gt=since)
    found = Association.objects.open_to_companies().complete().filter(organisation__checked_at__lte=since)
    return dict(found.annotate(missed=~Exists(recent)).values_list("organisation_id", "missed"))


def _places() -> tuple[dict[str, Place], dict[str, str]]:
    regions: dict[str, str] = defaultdict(str)
    places = {}
    for territory in Territory.objects.departments().select_related("parent"):
        parent = territory.parent
        within = parent is not None and parent.level == TerritoryLevel.REGION
        code, name = (parent.code, parent.name) if within and parent else (territory.code, territory.name)
        regions[code] = name
        places[territory.code] = Place(territory.code, territory.name, code)
    return places, dict(regions)
