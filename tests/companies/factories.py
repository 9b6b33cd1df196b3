"""Companies and needs in the states tests need, written straight to the tables: no step, no mail."""

from datetime import timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.enums import OrganisationKind, OrganisationStatus
from companies.enums import NeedStatus
from companies.models import Company, Need, Policy
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.reference.models import Sector, Territory
from tests.accounts.factories import MembershipFactory, OrganisationFactory
from tests.reference.factories import link

PRESENTATION = "Nous soutenons l’insertion des jeunes près de nos sites, par des dons et du temps de travail."


class CompanyFactory(DjangoModelFactory):
    """Checked, with a policy that says everything; `policy=None` for one that has said nothing yet."""

    class Meta:
        model = Company
        skip_postgeneration_save = True

    organisation = factory.SubFactory(
        OrganisationFactory,
        kind=OrganisationKind.COMPANY,
        status=OrganisationStatus.CHECKED,
        postal_code="75009",
        town="Paris",
        department=factory.LazyFunction(lambda: Territory.objects.get(code="75")),
    )
    sector = factory.LazyFunction(lambda: Sector.objects.get(slug="banque-et-finance"))
    presentation = PRESENTATION
    policy = factory.RelatedFactory("tests.companies.factories.PolicyFactory", factory_related_name="company")

    @factory.post_generation
    def members(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """`members=[user]`: each becomes a manager."""
        for user in extracted or ():
            MembershipFactory(organisation=self.organisation, user=user)


class PolicyFactory(DjangoModelFactory):
    """Employment and education, in money and work time, in Île-de-France, three associations a month."""

    class Meta:
        model = Policy
        skip_postgeneration_save = True

    company = factory.SubFactory(CompanyFactory, policy=None)
    kinds = factory.LazyFunction(lambda: [Kind.FINANCIAL.value, Kind.SKILLS.value])
    monthly_capacity = 3

    @factory.post_generation
    def causes(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        wanted = ["emploi-et-insertion", "education"] if extracted is None else extracted
        link(self.causes, wanted)

    @factory.post_generation
    def territories(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        link(self.territories, ["R11"] if extracted is None else extracted, key="code")


class NeedFactory(DjangoModelFactory):
    """A draft that could be published, of money unless `kind` says otherwise; `published`, `closed`."""

    class Meta:
        model = Need
        skip_postgeneration_save = True

    class Params:
        published = factory.Trait(status=NeedStatus.PUBLISHED, published_at=factory.LazyFunction(clock.now))
        closed = factory.Trait(
            status=NeedStatus.CLOSED,
            published_at=factory.LazyFunction(clock.now),
            closed_at=factory.LazyFunction(clock.now),
        )

    company = factory.SubFactory(CompanyFactory)
    kind = Kind.FINANCIAL
    title = factory.Sequence(lambda n: f"Des parrains pour des jeunes {n}")
    description = "Nous cherchons des associations qui accompagnent des jeunes vers l’emploi."
    deadline = factory.LazyFunction(lambda: clock.today() + timedelta(days=60))
    budget_min = factory.LazyAttribute(lambda need: 5000 if need.kind == Kind.FINANCIAL else None)
    budget_max = factory.LazyAttribute(lambda need: 20000 if need.kind == Kind.FINANCIAL else None)
    goods = factory.LazyAttribute(lambda need: "Vingt ordinateurs" if need.kind == Kind.IN_KIND else "")
    days = factory.LazyAttribute(lambda need: 10 if need.kind == Kind.SKILLS else None)
    volunteers = factory.LazyAttribute(lambda need: 15 if need.kind == Kind.VOLUNTEERING else None)
    whose_time = factory.LazyAttribute(lambda need: "own" if need.kind == Kind.VOLUNTEERING else "")
    question = factory.LazyAttribute(
        lambda need: "Comment recruter sans CV\u202f?" if need.kind == Kind.CO_CONSTRUCTION else ""
    )

    @factory.post_generation
    def causes(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        wanted = ["emploi-et-insertion"] if extracted is None else extracted
        link(self.causes, wanted)

    @factory.post_generation
    def territories(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        link(self.territories, ["75"] if extracted is None else extracted, key="code")

    @factory.post_generation
    def skills(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        wanted = ["recrutement"] if extracted is None and self.kind == Kind.SKILLS else extracted or []
        link(self.skills, wanted)
