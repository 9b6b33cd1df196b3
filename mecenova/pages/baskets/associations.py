"""The associations somebody should look after."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest

from accounts.enums import OrganisationEvent, OrganisationKind
from accounts.models import Organisation, User
from associations.models import Association
from associations.operations import days_before_call, note_call
from matching.enums import SuggestionStatus
from matching.models import Suggestion
from mecenova.agenda.planning import promised_days
from mecenova.calendar import clock
from mecenova.calendar.working_days import begun_before
from mecenova.pages.baskets.basket import Action, Basket, Line
from mecenova.pages.baskets.organisations import CALLED, CHECK, CHECKED, organisation_line
from mecenova.pages.followups import LongIncomplete
from mecenova.workflow.models import TransitionRecord
from partnerships.enums import CAME_TO_NOTHING, OPEN_STATUSES, IntroductionStatus, Side
from partnerships.models import Introduction

# One refusal is not yet « refused by all ».
REFUSALS = 2


def to_check() -> "QuerySet[Organisation]":
    waiting = Organisation.objects.to_check().exclude(kind=OrganisationKind.COMPANY)
    return waiting.order_by("created_at", "pk")


def incomplete() -> "QuerySet[Association]":
    """Checked and answered for, whose profile has lacked something for so long (`LongIncomplete`)."""
    since = begun_before(clock.now(), promised_days(LongIncomplete()))
    return (
        Association.objects.checked()
        .incomplete()
        .filter(organisation__checked_at__lt=since)
        .filter(organisation__memberships__isnull=False)
        .distinct()
        .select_related("organisation")
        .order_by("organisation__checked_at", "pk")
    )


def never_presented() -> "QuerySet[Association]":
    """Complete, eligible and open, and neither presented nor called for so long that the team is to call."""
    called_from = timedelta(days=days_before_call())
    shown = Suggestion.objects.filter(association=OuterRef("pk")).order_by("-presented_at")
    return (
        Association.objects.open_to_companies()
        .complete()
        .annotate(
            attended_at=Greatest(
                "organisation__checked_at", Subquery(shown.values("presented_at")[:1]), Subquery(_called())
            )
        )
        .filter(attended_at__lte=clock.now() - called_from)
        .select_related("organisation")
        .order_by("attended_at", "pk")
    )


def refused_by_all() -> "QuerySet[Association]":
    """All that they asked, or that was proposed of them, has ended with a no or in silence: nobody is left.

    What they were asked and refused themselves, and what never left, is nobody's refusal of them. A yes is
    hope, unless its partnership closed before it was signed. Who was called since the last one has heard
    from somebody.
    """
    own = {"association": OuterRef("pk")}
    hopeful = Introduction.objects.filter(**own, status__in=[*OPEN_STATUSES, IntroductionStatus.YES]).exclude(
        partnership__status__in=CAME_TO_NOTHING
    )
    waiting = Suggestion.objects.open().filter(**own)
    asked = Introduction.objects.filter(
        **own,
        asked_by_side=Side.ASSOCIATION,
        requested_at__isnull=False,
        status__in=(IntroductionStatus.NO, IntroductionStatus.RELEASED),
    )
    # With an introduction, it is the no to what the association had itself asked: counted there.
    proposed = Suggestion.objects.filter(**own, status=SuggestionStatus.DECLINED, introduction=None)
    return (
        Association.objects.open_to_companies()
        .annotate(
            refusals=_number_of(asked) + _number_of(proposed),
            # What was put off has an answer, and then its release: the later of the two is its end.
            refused_at=Greatest(
                _latest_of(asked, Greatest("answered_at", "released_at")), _latest_of(proposed, "answered_at")
            ),
            called_at=Subquery(_called()),
        )
        .filter(Q(called_at__isnull=True) | Q(called_at__lt=F("refused_at")), refusals__gte=REFUSALS)
        .filter(~Exists(hopeful), ~Exists(waiting))
        .select_related("organisation")
        .order_by("refused_at", "pk")
    )


def _number_of(rows: "QuerySet[Any]") -> Coalesce:
    """How many of these the association has; counted apart, as two joins would multiply each other."""
    counted = rows.order_by().values("association").annotate(number=Count("*"))
    return Coalesce(Subquery(counted.values("number")), 0)


def _latest_of(rows: "QuerySet[Any]", moment: str | Greatest) -> Subquery:
    latest = rows.order_by().values("association").annotate(latest=Max(moment))
    return Subquery(latest.values("latest"))


def _called() -> "QuerySet[TransitionRecord]":
    """When the team last called the association."""
    calls = TransitionRecord.objects.filter(
        subject_type=ContentType.objects.get_for_model(Organisation),
        subject_id=OuterRef("organisation_id"),
        verb=OrganisationEvent.CALL,
    )
    return calls.order_by("-at").values("at")[:1]


def _line(since: str) -> "Callable[[Association], Line]":
    """A line that waits since this column, of the association or else of its organisation."""

    def line(association: Association) -> Line:
        organisation = association.organisation
        began = getattr(association, since, None) or getattr(organisation, since)
        return Line(
            association,
            organisation.name,
            began,
            organisation.town,
            association.get_absolute_url(),
            organisation=organisation,
            step_of=organisation,
        )

    return line


def _call(association: Association, by: User, note: str) -> None:
    note_call(association=association, by=by, note=note)


CALL = Action("J’ai appelé", _call, "L’appel est noté, et la suite de l’association repart.", asks_note=True)

BASKETS = (
    Basket(
        "associations-a-verifier",
        "À vérifier",
        "associations",
        "Chacune attend une première réponse humaine\u00a0: la date promise est dite à chaque ligne.",
        to_check,
        organisation_line,
        CHECK,
        moved_by=CHECKED,
        left="La fiche n’attend plus d’être vérifiée.",
    ),
    Basket(
        "associations-incompletes",
        "Fiche incomplète depuis {}",
        "associations",
        "Les relances ne suffisent pas\u00a0: un appel de dix minutes remplit ce qui manque.",
        incomplete,
        _line("checked_at"),
        CALL,
        delay=LongIncomplete.name,
        moved_by=frozenset({OrganisationEvent.LEAVE}),
        left="Fiche complétée, ou délai changé par l’équipe.",
    ),
    Basket(
        "associations-sans-presentation",
        "Ni présentée ni appelée, 90 jours bientôt passés",
        "associations",
        "Un appel leur est dû avant le 90e jour\u00a0: dites ce qui ouvrirait une porte.",
        never_presented,
        _line("attended_at"),
        CALL,
        moved_by=CALLED,
        left="Présentée à une entreprise, ou plus proposée aux entreprises.",
    ),
    Basket(
        "associations-refusees",
        "Refusées par toutes",
        "associations",
        "Tout ce qui a été demandé ou proposé s’est fermé. Appelez avant qu’elles ne se découragent.",
        refused_by_all,
        _line("refused_at"),
        CALL,
        moved_by=CALLED,
        left="Une demande ou une suggestion est en cours, ou elle n’est plus proposée aux entreprises.",
    ),
)
