"""Rounds and suggestions in the states tests need, and plain sides for the score."""

from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from matching.enums import RoundScope, SuggestionStatus
from matching.models import Round, Suggestion
from matching.scoring import SCORE_VERSION
from mecenova.calendar import clock
from partnerships.enums import RefusalReason
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory


class RoundFactory(DjangoModelFactory):
    class Meta:
        model = Round

    scope = RoundScope.FULL
    score_version = SCORE_VERSION
    finished_at = factory.LazyFunction(clock.now)


class SuggestionFactory(DjangoModelFactory):
    """Presented and unanswered; `declined`, `expired`."""

    class Meta:
        model = Suggestion

    class Params:
        declined = factory.Trait(
            status=SuggestionStatus.DECLINED,
            refusal_reason=RefusalReason.TERRITORY,
            answered_at=factory.LazyFunction(clock.now),
        )
        expired = factory.Trait(status=SuggestionStatus.EXPIRED)

    round = factory.SubFactory(RoundFactory)
    need = factory.SubFactory(NeedFactory, published=True)
    company = factory.LazyAttribute(lambda suggestion: suggestion.need.company)
    association = factory.SubFactory(AssociationFactory, complete=True)
    score = Decimal("0.7")
    score_version = SCORE_VERSION
    reasons = factory.LazyFunction(lambda: ["Cause commune\u00a0: emploi et insertion"])
    inputs: Any = factory.LazyFunction(dict)
