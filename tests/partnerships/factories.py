"""Two sides that could be introduced, and introductions in the states tests need."""

from typing import Any

import factory
from factory.django import DjangoModelFactory

from companies.models import Policy
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from partnerships.enums import AttentionSource, IntroductionStatus, Side
from partnerships.models import Introduction
from partnerships.operations import spend_attention
from tests.accounts.factories import MembershipFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory, NeedFactory


class IntroductionFactory(DjangoModelFactory):
    """An association asked a company about its need, and waits."""

    class Meta:
        model = Introduction

    association = factory.SubFactory(AssociationFactory, complete=True)
    company = factory.SubFactory(CompanyFactory)
    need = factory.LazyAttribute(lambda asked: NeedFactory(company=asked.company, published=True))
    kind = Kind.FINANCIAL
    asked_by_side = Side.ASSOCIATION
    note = "Nos ateliers correspondent à votre besoin\u00a0: pouvons-nous en parler\u202f?"
    status = IntroductionStatus.REQUESTED
    requested_at = factory.LazyFunction(clock.now)


def member_of(subject: Any) -> Any:
    """A manager of an association's or a company's organisation."""
    return MembershipFactory(organisation=subject.organisation).user


def fill_places(company: Any) -> None:
    """Leave it without a place this month: its only one goes to another association."""
    Policy.objects.filter(company=company).update(monthly_capacity=1)
    assert spend_attention(
        company=company, association=AssociationFactory(), source=AttentionSource.INTRODUCTION
    )
