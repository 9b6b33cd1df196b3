"""Refusals and acceptances as they are stored, read as what `matching.sharing.lessons` learns from."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from associations.models import Ask, Association
from companies.models import Need
from matching.sharing.lessons import Answer, Trait, cost, lessons
from mecenova.calendar import clock
from partnerships.enums import RefusalReason, Side

# What is older teaches nothing: four half-lives.
REMEMBERED = timedelta(days=720)
# A mission shorter than this tells too little to judge on (associations.readiness asks for more).
TELLING_LENGTH = 60

PLACE, CAUSE, KIND, AMOUNT, UNTOLD, SECTOR = "territory", "cause", "kind", "amount", "unclear", "sector"
# Which trait a company's reason is about. The others (dates, budgets, teams) are about no association: the
# date told with the no is their whole effect.
OF_COMPANIES: dict[str, str] = {
    RefusalReason.TERRITORY: PLACE,
    RefusalReason.TRANSPORT: PLACE,
    RefusalReason.SCHEDULE: PLACE,
    RefusalReason.OUT_OF_POLICY: CAUSE,
    RefusalReason.VALUES: CAUSE,
    RefusalReason.ALREADY_COMMITTED: CAUSE,
    RefusalReason.KIND: KIND,
    RefusalReason.AMOUNT: AMOUNT,
    RefusalReason.QUANTITY: AMOUNT,
    RefusalReason.DURATION: AMOUNT,
    RefusalReason.UNCLEAR: UNTOLD,
    RefusalReason.QUESTION: UNTOLD,
    RefusalReason.ROLES: UNTOLD,
}
# And an association's, about a company. The others (time, people, another partner) are about none.
OF_ASSOCIATIONS: dict[str, str] = {
    RefusalReason.VALUES: SECTOR,
    RefusalReason.OUT_OF_MISSION: SECTOR,
    RefusalReason.KIND: KIND,
}
# Who answered, when and to what: everybody, or one company and one association.
_ANSWERS_GIVEN = """
SELECT side, (answered_at AT TIME ZONE %(zone)s)::date, company_id, association_id, need_id, refusal_reason
FROM (
    -- What the association had itself asked, and the same answer ended, is below.
    SELECT 'company', s.answered_at, s.company_id, s.association_id, s.need_id, s.refusal_reason
    FROM matching_suggestion s LEFT JOIN partnerships_introduction i ON i.id = s.introduction_id
    WHERE s.status IN ('declined', 'interested') AND i.asked_by_side IS DISTINCT FROM 'association'
    UNION ALL
    SELECT CASE asked_by_side WHEN 'company' THEN 'association' ELSE 'company' END,
        answered_at, company_id, association_id, need_id, refusal_reason
    FROM partnerships_introduction WHERE status IN ('no', 'yes')
) AS answered(side, answered_at, company_id, association_id, need_id, refusal_reason)
WHERE answered_at >= %(since)s
    AND (%(company)s::uuid IS NULL OR company_id = %(company)s OR association_id = %(association)s)
"""
# How each is told, after « répond souvent non pour la même raison : ».
IN_WORDS: dict[str, str] = {
    PLACE: "le territoire",
    CAUSE: "la cause",
    KIND: "la forme du soutien",
    AMOUNT: "le montant",
    UNTOLD: "une présentation trop courte",
    SECTOR: "le secteur de l’entreprise",
}


@dataclass(frozen=True, slots=True)
class Refused:
    """What past refusals take from a pair's score, who had refused (a Side), and the family of the trait."""

    cost: float
    by: str
    family: str

    @property
    def in_words(self) -> str:
        who = "L’entreprise" if self.by == Side.COMPANY else "L’association"
        return f"{who} a déjà dit non pour la même raison\u00a0: {IN_WORDS[self.family]}"


@dataclass(frozen=True, slots=True)
class Experience:
    """What companies and associations have learnt, by their keys."""

    companies: Mapping[uuid.UUID, Mapping[Trait, float]]
    associations: Mapping[uuid.UUID, Mapping[Trait, float]]

    def concerns(self, company: uuid.UUID, association: uuid.UUID) -> bool:
        return company in self.companies or association in self.associations


def read_experience(*, of: tuple[uuid.UUID, uuid.UUID] | None = None) -> Experience:
    """Of everybody who answered in the time remembered, or of one company and one association."""
    given = _answers_given(of)
    traits = _Traits({one.association for one in given}, {one.need for one in given if one.need})
    today = clock.today()
    return Experience(
        lessons(_answers(given, Side.COMPANY, traits), today),
        lessons(_answers(given, Side.ASSOCIATION, traits), today),
    )


def refused_before(
    pairs: Iterable[tuple[uuid.UUID, uuid.UUID, uuid.UUID]], experience: Experience
) -> list[Refused | None]:
    """For each (need, company, association), what past refusals cost it; None when they say nothing."""
    pairs = list(pairs)
    concerned = [each for each in pairs if experience.concerns(each[1], each[2])]
    traits = _Traits({each[2] for each in concerned}, {each[0] for each in concerned})
    return [_refused(*each, experience, traits) for each in pairs]


def refused_between(need: Need, association: Association) -> Refused | None:
    """The same of one pair, as it stands now."""
    experience = read_experience(of=(need.company_id, association.pk))
    return refused_before([(need.pk, need.company_id, association.pk)], experience)[0]


def _refused(
    need: uuid.UUID, company: uuid.UUID, association: uuid.UUID, experience: Experience, traits: "_Traits"
) -> Refused | None:
    if not experience.concerns(company, association):
        return None
    learnt = (
        (Side.COMPANY, experience.companies.get(company, {}), traits.of_association(association, need)),
        (Side.ASSOCIATION, experience.associations.get(association, {}), traits.of_need(need)),
    )
    found = []
    for side, lesson, own in learnt:
        weight, trait = cost(lesson, own)
        if trait is not None:
            found.append(Refused(weight, side, trait.family))
    return max(found, key=lambda each: (each.cost, each.by), default=None)


@dataclass(frozen=True, slots=True)
class _AnswerGiven:
    """An answer given: by which side, on which day, to what; a no has its reason, a yes has none."""

    by: str
    on: date
    company: uuid.UUID
    association: uuid.UUID
    need: uuid.UUID | None
    reason: str


def _answers_given(of: tuple[uuid.UUID, uuid.UUID] | None) -> list[_AnswerGiven]:
    company, association = of or (None, None)
    values: dict[str, Any] = {
        "since": clock.now() - REMEMBERED,
        "zone": clock.PARIS.key,
        "company": company,
        "association": association,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS_GIVEN, values)
        return [_AnswerGiven(*row) for row in cursor.fetchall()]


def _answers(
    given: Iterable[_AnswerGiven], side: str, traits: "_Traits"
) -> Iterator[tuple[uuid.UUID, Answer]]:
    for one in given:
        if one.by != side:
            continue
        if side == Side.COMPANY:
            families, who, own = OF_COMPANIES, one.company, traits.of_association(one.association, one.need)
        else:
            families, who, own = OF_ASSOCIATIONS, one.association, traits.of_need(one.need)
        if one.reason:
            own = {trait for trait in own if trait.family == families.get(one.reason)}
        yield who, Answer(one.on, bool(one.reason), frozenset(own))


class _Traits:
    """Traits of some associations and needs, read in a few queries whatever their number."""

    def __init__(self, associations: Collection[uuid.UUID], needs: Collection[uuid.UUID]) -> None:
        self._own: dict[uuid.UUID, set[Trait]] = defaultdict(set)
        self._amounts: dict[tuple[uuid.UUID, str], str] = {}
        self._needs: dict[uuid.UUID, set[Trait]] = defaultdict(set)
        self._kinds: dict[uuid.UUID, str] = {}
        if associations:
            self._read_associations(associations)
        if needs:
            self._read_needs(needs)

    def of_association(self, association: uuid.UUID, need: uuid.UUID | None) -> set[Trait]:
        """What it is, and what it asks in the form of this need."""
        found = set(self._own.get(association, ()))
        kind = self._kinds.get(need, "") if need else ""
        if kind:
            found.add(Trait(KIND, kind))
        amount = self._amounts.get((association, kind))
        return found | {Trait(AMOUNT, amount)} if amount else found

    def of_need(self, need: uuid.UUID | None) -> set[Trait]:
        return self._needs.get(need, set()) if need else set()

    def _read_associations(self, keys: Collection[uuid.UUID]) -> None:
        rows = Association.objects.filter(pk__in=keys).order_by()
        for key, place, purpose in rows.values_list("pk", "organisation__department__code", "purpose"):
            if place:
                self._own[key].add(Trait(PLACE, place))
            if len(purpose) < TELLING_LENGTH:
                self._own[key].add(Trait(UNTOLD, ""))
        causes = rows.filter(causes__isnull=False).values_list("pk", "causes__slug")
        for key, cause in causes:
            self._own[key].add(Trait(CAUSE, cause))
        asks = Ask.objects.filter(project__association__in=keys, amount__isnull=False).order_by("pk")
        for key, kind, amount in asks.values_list("project__association_id", "kind", "amount"):
            # Of the same order: the number of figures before the decimal point.
            self._amounts[key, kind] = str(len(str(int(amount or 0))))

    def _read_needs(self, keys: Collection[uuid.UUID]) -> None:
        rows = Need.objects.filter(pk__in=keys).order_by()
        for key, kind, sector in rows.values_list("pk", "kind", "company__sector__slug"):
            self._kinds[key] = kind
            self._needs[key].add(Trait(KIND, kind))
            if sector:
                self._needs[key].add(Trait(SECTOR, sector))
