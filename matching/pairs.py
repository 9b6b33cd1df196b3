"""One need and one association, looked at whole: filters, sum, what happened before, rank, places.

The team's page, `explain_match` and what an association is told are three readings of the same `Pair`.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max

from accounts.models import Organisation
from associations.models import Association
from companies.models import Need
from matching.allocation import Candidate
from matching.enums import SuggestionStatus
from matching.models import Suggestion
from matching.models.suggestions import AFTER_SILENCE
from matching.network import Names, load
from matching.refusals import Refused, refused_between
from matching.scoring import STOPS, WEIGHTS, Assessment, AssociationSide, NeedSide, every_stop, score
from matching.sharing import admissible
from matching.standing import Standing, standing_of
from mecenova.agenda.models import Absence
from mecenova.calendar import clock
from mecenova.identifiers.keys import key_in
from mecenova.identifiers.names import fold
from mecenova.search.functions import says
from partnerships.enums import OPEN_STATUSES, IntroductionStatus, Side
from partnerships.models import Introduction
from partnerships.operations import places_left
from partnerships.refusals import AfterNo

# Of those that bear a name: enough to choose among, and to be told in one sentence.
FEW = 6
# What the team and the association read of a suggestion or a request that came to nothing; of a request, by
# who asked.
REFUSED = ("l’entreprise a répondu non à une suggestion", "Cette entreprise vous a déjà répondu non")
REFUSED_TO = {
    Side.ASSOCIATION: ("l’entreprise a répondu non à une demande", REFUSED[1]),
    Side.COMPANY: (
        "l’association a répondu non à une demande",
        "Vous avez répondu non à la demande de cette entreprise",
    ),
}
SILENT_TO = {
    Side.ASSOCIATION: (
        "une demande est restée sans réponse",
        "Cette entreprise n’a pas répondu à votre dernière demande",
    ),
    Side.COMPANY: (
        "une demande est restée sans réponse",
        "La demande de cette entreprise est restée sans réponse",
    ),
}
WITHDRAWN_BY = {
    Side.ASSOCIATION: ("l’association a retiré sa demande", "Vous avez retiré votre demande"),
    Side.COMPANY: ("l’entreprise a retiré sa demande", "Cette entreprise a retiré sa demande"),
}
PART_LABELS = {
    "theme": "un thème en commun",
    "cause": "causes",
    "text": "mots et sujets",
    "place": "territoire",
    "audience": "publics",
    "skills": "compétences",
    "amount": "montant",
    "clarity": "fiche parlante, intérêt général clair",
}


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    sentence: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One term of the sum."""

    label: str
    value: float
    weight: float

    @property
    def product(self) -> float:
        return self.value * self.weight


@dataclass(frozen=True, slots=True)
class Settled:
    """Why the pair of company and association is not to be brought back before a day; no day, not at all.

    `why` is for the team, `told` for the association.
    """

    why: str
    told: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Pair:
    """`standing` is None for a pair that a filter stops, or that nothing brings together."""

    need: Need
    association: Association
    need_side: NeedSide
    side: AssociationSide
    assessment: Assessment
    names: Names
    filters: tuple[Filter, ...]
    stored: Suggestion | None
    settled: Settled | None
    # What past refusals take from the score when a round chooses.
    refused: Refused | None
    standing: Standing | None
    capacity: int
    places_left: int
    # The company's absence of this day: no round presents it anybody.
    away: Absence | None
    last_presented: datetime | None

    @property
    def stops(self) -> list[Filter]:
        return [one for one in self.filters if not one.passed]

    @property
    def parts(self) -> list[Part]:
        return [
            Part(PART_LABELS.get(name, name), self.assessment.parts[name], weight)
            for name, weight in WEIGHTS.items()
        ]

    @property
    def is_worth_a_place(self) -> bool:
        return Candidate(self.need_side, self.side, self.assessment).is_worth_a_place

    @property
    def is_admissible(self) -> bool:
        """The same, or its association has waited long enough for a weaker pair to take a place."""
        waited = (clock.today() - clock.paris(self.waits_since).date()).days
        return bool(admissible(self.assessment.total, self.is_worth_a_place, waited))

    @property
    def is_suited(self) -> bool:
        """No filter stops it, and it is close enough to be shown."""
        return not self.stops and self.is_worth_a_place

    @property
    def presented_today(self) -> bool:
        seen = self.last_presented
        return seen is not None and clock.paris(seen).date() == clock.today()

    @property
    def waits_since(self) -> datetime:
        return waiting_since(self.association.organisation, self.last_presented)


def look_at(need: Need, association: Association) -> Pair:
    """All that can be said of them now. Reads only."""
    today = clock.today()
    network = load(Association.objects.filter(pk=association.pk), Need.objects.filter(pk=need.pk))
    need_side, side = network.needs[0], network.associations[0]
    stops = every_stop(need_side, side, today)
    assessment = score(need_side, side, network.related)
    company = need.company
    return Pair(
        need=need,
        association=association,
        need_side=need_side,
        side=side,
        assessment=assessment,
        names=network.names,
        filters=tuple(Filter(name, sentence, name not in stops) for name, sentence in STOPS.items()),
        stored=Suggestion.objects.with_parties().filter(need=need, association=association).first(),
        settled=settled_between(company.pk, association.pk),
        refused=refused_between(need, association),
        standing=None if stops or not assessment.has_theme else standing_of(need.pk, association.pk),
        capacity=company.policy.monthly_capacity if company.has_policy else 0,
        places_left=places_left(company),
        away=Absence.objects.of(company.organisation_id, None).on(today).order_by("-last_day").first(),
        last_presented=Suggestion.objects.filter(association=association).aggregate(at=Max("presented_at"))[
            "at"
        ],
    )


def waiting_since(organisation: Organisation, last_presented: datetime | None) -> datetime:
    """When it was last presented; of one that never was, when a person checked it, or it came."""
    return last_presented or organisation.checked_at or organisation.created_at


def needs_named(wanted: str) -> list[Need]:
    """The need of this identifier; else of this title whatever the case; else a few whose title says it."""
    key, rows = key_in(wanted), Need.objects.order_by("title", "pk")
    if key:
        return list(rows.filter(pk=key))
    words = wanted.strip()
    return list(rows.filter(title__iexact=words)[:FEW] or rows.filter(says("title", words))[:FEW])


def associations_named(wanted: str) -> list[Association]:
    """The same of associations by their name, case and accents aside."""
    key, rows = key_in(wanted), Association.objects.select_related("organisation")
    if key:
        return list(rows.filter(pk=key))
    rows, words = rows.order_by("organisation__name", "pk"), fold(wanted)
    exact = rows.filter(organisation__name_key=words)[:FEW]
    return list(exact or rows.filter(organisation__name_key__contains=words)[:FEW])


def settled_between(company: uuid.UUID, association: uuid.UUID) -> Settled | None:
    """What keeps this company from being shown this association again: the latest date, if several."""
    found = [*_settled_suggestions(company, association), *_settled_introductions(company, association)]
    for_good = [one for one in found if one.until is None]
    return for_good[0] if for_good else max(found, key=lambda one: one.until or date.min, default=None)


def _settled_suggestions(company: uuid.UUID, association: uuid.UUID) -> list[Settled]:
    """One that became an introduction counts no more by itself: the introduction does."""
    found = []
    shown = Suggestion.objects.filter(company=company, association=association).select_related("need")
    after_no = AfterNo(Side.ASSOCIATION)
    for one in shown:
        if one.status == SuggestionStatus.PRESENTED:
            if one.may_return_on > clock.today():
                found.append(
                    Settled(
                        "l’association lui est déjà présentée, et l’entreprise n’a pas encore répondu",
                        "Vous lui êtes déjà présentée, pour un besoin auquel elle n’a pas encore répondu",
                        one.may_return_on,
                    )
                )
        elif one.ended_after_a_look:
            if one.may_return_on > clock.today():
                found.append(
                    Settled(
                        "l’association lui a été présentée, et l’entreprise l’a regardée sans répondre",
                        "Vous lui avez été présentée\u00a0: elle vous a lue sans répondre",
                        one.may_return_on,
                    )
                )
        elif one.status == SuggestionStatus.INTERESTED and one.introduction_id is None:
            found.append(
                Settled(
                    "l’entreprise s’est déjà dite intéressée",
                    "Elle s’est déjà dite intéressée par vous.",
                    None,
                )
            )
        elif one.status == SuggestionStatus.DECLINED and one.answered_at:
            again = after_no.asked_again_on(one.answered_at, one.refusal_reason, one.need.kind)
            if again > clock.today():
                found.append(Settled(*REFUSED, again))
    return found


def _settled_introductions(company: uuid.UUID, association: uuid.UUID) -> list[Settled]:
    found = []
    for one in Introduction.objects.filter(company=company, association=association):
        if one.status in OPEN_STATUSES:
            found.append(
                Settled(
                    "une mise en relation est en cours",
                    "Vous avez déjà une demande en cours avec elle.",
                    None,
                )
            )
        elif one.status == IntroductionStatus.YES:
            found.append(
                Settled(
                    "une mise en relation a été acceptée",
                    "Vous avez déjà été mises en relation, elle et vous.",
                    None,
                )
            )
        else:
            found += _ended(one)
    return found


def _ended(one: Introduction) -> list[Settled]:
    """A no has its date; without an answer, or withdrawn, it is a silence. What never left is nothing."""
    asking, silent_since = Side(one.asked_by_side), one.released_at or one.withdrawn_at
    if one.status == IntroductionStatus.NO and one.retry_on:
        told, until = REFUSED_TO[asking], one.retry_on
    elif one.requested_at and silent_since:
        told = WITHDRAWN_BY[asking] if one.withdrawn_at else SILENT_TO[asking]
        until = clock.paris(silent_since).date() + AFTER_SILENCE
    else:
        return []
    return [Settled(*told, until)] if until > clock.today() else []
