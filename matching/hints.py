"""What upper data adds to a project's page: what asking for something else than money would open."""

from collections import Counter

from django.db.models import Q
from django.urls import reverse

from associations.hints import Hint
from associations.models import Association, Project
from companies.models import Need
from companies.models.need import NeedQuerySet
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause, Territory

# From the one most needs offer to the one fewest do, ties in this order.
OTHER_KINDS = {
    Kind.SKILLS: "des compétences",
    Kind.IN_KIND: "des biens",
    Kind.VOLUNTEERING: "du temps de salariés",
    Kind.CO_CONSTRUCTION: "une question à travailler ensemble",
}


def money_only_hint(project: Project) -> Hint | None:
    """A project that asks only for money: the open needs in its causes and place that give something else."""
    if not project.asks_only_for_money:
        return None
    association = project.association
    needs = _needs_around(project, association)
    kinds: Counter[str] = Counter(needs.order_by().values_list("kind", flat=True).distinct("pk"))
    others = [kind for kind in OTHER_KINDS if kinds[kind] and kind not in association.refused_kinds]
    if not others:
        return None
    number = sum(kinds[kind] for kind in others)
    listed = ", ".join(OTHER_KINDS[kind] for kind in sorted(others, key=lambda kind: -kinds[kind]))
    money = kinds[Kind.FINANCIAL]
    opened = f"{number} besoins ouverts offrent" if number > 1 else "1 besoin ouvert offre"
    return Hint(
        text=(
            f"Votre projet ne demande que de l’argent\u00a0: {_money_needs(money)} aujourd’hui "
            "dans vos causes et sur votre territoire. "
            f"Avec une demande d’une autre forme, {opened} aussi\u00a0: {listed}."
        ),
        url=f"{reverse('companies:need_list')}?kind={max(others, key=lambda kind: kinds[kind])}",
        label="Voir ces besoins",
    )


def _money_needs(number: int) -> str:
    if number == 0:
        return "aucun besoin n’y répond"
    return f"{number} besoins y répondent" if number > 1 else "1 besoin y répond"


def _needs_around(project: Project, association: Association) -> NeedQuerySet:
    causes = set(project.causes.values_list("pk", flat=True)) or set(
        association.causes.values_list("pk", flat=True)
    )
    places = list(project.territories.all()) or list(association.territories.all())
    office = association.organisation.department
    if office is not None:
        places.append(office)
    wide: set[int] = set()
    for place in places:
        wide.update(Territory.objects.containing(place).values_list("pk", flat=True))
    needs = Need.objects.current().filter(Q(territories__in=wide) | Q(territories__isnull=True))
    near = Cause.objects.filter(Q(pk__in=causes) | Q(related__in=causes)).values("pk")
    return needs.filter(causes__in=near) if causes else needs
