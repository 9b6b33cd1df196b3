"""Associations and projects in the states tests need, written straight to the tables: no step, no mail."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.enums import OrganisationKind, OrganisationStatus
from associations.enums import GeneralInterest, ProjectStatus, Registry, Size
from associations.models import Ask, Association, Project
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Audience, Cause, Territory
from tests.accounts.factories import MembershipFactory, OrganisationFactory

PURPOSE = (
    "Nous accompagnons vers l’emploi des jeunes sans diplôme du bassin lillois, par des ateliers, "
    "un parrainage et des visites d’entreprises, jusqu’à la signature d’un contrat."
)


class AssociationFactory(DjangoModelFactory):
    """Checked and open, with an empty profile; `complete=True` fills in every part."""

    class Meta:
        model = Association
        skip_postgeneration_save = True

    class Params:
        complete = factory.Trait(
            purpose=PURPOSE,
            registry=Registry.RNA,
            rna=factory.Sequence(lambda n: f"W59{n:07d}"),
            size=Size.SMALL,
            general_interest=GeneralInterest.DECLARED,
            causes=["emploi-et-insertion", "education"],
            audiences=["jeunes"],
            territories=["59", "62"],
        )

    organisation = factory.SubFactory(
        OrganisationFactory,
        kind=OrganisationKind.ASSOCIATION,
        status=OrganisationStatus.CHECKED,
        postal_code="59000",
        town="Lille",
        department=factory.LazyFunction(lambda: Territory.objects.get(code="59")),
    )

    @factory.post_generation
    def causes(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.causes.set(_found(Cause, "slug", extracted))

    @factory.post_generation
    def audiences(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.audiences.set(_found(Audience, "slug", extracted))

    @factory.post_generation
    def territories(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.territories.set(_found(Territory, "code", extracted))

    @factory.post_generation
    def members(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """`members=[user]`: each becomes a manager."""
        for user in extracted or ():
            MembershipFactory(organisation=self.organisation, user=user)


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


def _found(model: Any, key: str, wanted: Any) -> list[Any]:
    """Entries given as rows or by their slug or code."""
    return [entry if isinstance(entry, model) else model.objects.get(**{key: entry}) for entry in wanted]
