"""Rounds and suggestions in the states tests need, and plain sides for the score."""

from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from matching.enums import DiagnosisCause, RoundScope, SuggestionStatus
from matching.models import Diagnosis, Round, Suggestion
from matching.scoring import SCORE_VERSION
from mecenova.calendar import clock
from partnerships.enums import RefusalReason
from tests.associations.factories import AssociationFactory, ProjectFactory
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
    reasons = factory.LazyFunction(
        lambda: [
            "Elle agit pour une cause que vous soutenez\u00a0: emploi et insertion.",
            "Elle agit là où vous cherchez\u00a0: Nord.",
            "Elle demande des biens, comme votre besoin en propose\u202f; son tour vient d’arriver.",
        ]
    )
    inputs: Any = factory.LazyFunction(dict)


class DiagnosisFactory(DjangoModelFactory):
    """Of a quiet project, open: written straight to the table, without the step that goes with it."""

    class Meta:
        model = Diagnosis

    project = factory.SubFactory(ProjectFactory, published=True)
    cause = DiagnosisCause.QUIET
    turn = factory.Sequence(lambda number: f"{number}-45")
    since = factory.LazyFunction(clock.now)
    presented = 3
    seen = 2
    answered = 1
    competing = 4
    companies_compatible = 6
    refusals: Any = factory.LazyFunction(lambda: {"unclear": 1})
    steps: Any = factory.LazyFunction(
        lambda: [
            {"key": key, "text": f"Un pas\u00a0: {key}.", "label": "Y aller", "path": "/besoins/"}
            for key in ("words", "kind", "place")
        ]
    )
