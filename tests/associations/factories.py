"""Associations and projects in the states tests need, written straight to the tables: no step, no mail."""

from itertools import count
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.enums import OrganisationKind, OrganisationStatus
from associations.enums import GeneralInterest, ProjectStatus, Registry, Size
from associations.models import Ask, Association, Project
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Territory
from tests.accounts.factories import MembershipFactory, OrganisationFactory
from tests.reference.factories import link

PURPOSE = (
    "Nous accompagnons vers l’emploi des jeunes sans diplôme du bassin lillois, par des ateliers, "
    "un parrainage et des visites d’entreprises, jusqu’à la signature d’un contrat."
)


COMPLETE = {
    "purpose": PURPOSE,
    "registry": Registry.RNA,
    "size": Size.SMALL,
    "general_interest": GeneralInterest.DECLARED,
    "causes": ("emploi-et-insertion", "education"),
    "audiences": ("jeunes",),
    "territories": ("59", "62"),
}
LISTS = {"causes": "slug", "audiences": "slug", "territories": "code"}
_numbers = count(1)


class AssociationFactory(DjangoModelFactory):
    """Checked and open, with an empty profile; `complete=True` fills in every part that is not given.

    Causes, publics and territories are rows or slugs and codes; each of `members` becomes a manager.
    """

    class Meta:
        model = Association

    organisation = factory.SubFactory(
        OrganisationFactory,
        kind=OrganisationKind.ASSOCIATION,
        status=OrganisationStatus.CHECKED,
        postal_code="59000",
        town="Lille",
        department=factory.LazyFunction(lambda: Territory.objects.get(code="59")),
    )

    @classmethod
    def _create(
        cls,
        model_class: type[Association],
        *args: Any,
        complete: bool = False,
        members: Any = (),
        **given: Any,
    ) -> Association:
        if complete:
            given = {**COMPLETE, "rna": f"W59{next(_numbers):07d}", **given}
        lists = {name: given.pop(name, ()) for name in LISTS}
        association = model_class.objects.create(**given)
        for name, wanted in lists.items():
            link(getattr(association, name), wanted, key=LISTS[name])
        for user in members:
            MembershipFactory(organisation=association.organisation, user=user)
        return association


class ProjectFactory(DjangoModelFactory):
    class Meta:
        model = Project

    class Params:
        published = factory.Trait(
            status=ProjectStatus.PUBLISHED, published_at=factory.LazyFunction(clock.now)
        )
        closed = factory.Trait(status=ProjectStatus.CLOSED, closed_at=factory.LazyFunction(clock.now))

    association = factory.SubFactory(AssociationFactory, complete=True)
    title = factory.Sequence(lambda n: f"Ateliers de découverte des métiers {n}")
    description = "Douze ateliers par an dans trois collèges, animés par des bénévoles et des salariés."


class AskFactory(DjangoModelFactory):
    """An ask for money; give `kind` and its own fields for another."""

    class Meta:
        model = Ask

    project = factory.SubFactory(ProjectFactory)
    kind = Kind.FINANCIAL
    amount = factory.Maybe("is_money", yes_declaration=5000, no_declaration=None)

    class Params:
        is_money = factory.LazyAttribute(lambda ask: ask.kind == Kind.FINANCIAL)
