"""The staff's baskets: each a named queryset, so that its count and its list cannot differ."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Claim, Organisation
from associations.models import Association
from matching.models import Suggestion
from mecenova.calendar import clock
from partnerships.models import Introduction

RELEASED_SHOWN_FOR = timedelta(days=90)


@dataclass(frozen=True)
class Line:
    """One row of a basket: who, since when, and where to act."""

    subject: Any
    title: str
    since: datetime
    about: str
    url: str

    @property
    def days(self) -> int:
        """How long it has been waiting, as a reader counts it from the date beside it."""
        return (clock.today() - clock.paris(self.since).date()).days


@dataclass(frozen=True)
class Basket:
    """`found` says which rows; `line` how one is shown; `advice` what the team does with them."""

    slug: str
    title: str
    unit: str
    advice: str
    found: Callable[[], "QuerySet[Any]"]
    line: Callable[[Any], Line]

    def count(self) -> int:
        return self.found().count()


def to_check() -> "QuerySet[Organisation]":
    return Organisation.objects.to_check().order_by("created_at", "pk")


def claims() -> "QuerySet[Claim]":
    return Claim.objects.waiting().select_related("organisation", "user").order_by("created_at", "pk")


def waiting_for_an_answer() -> "QuerySet[Introduction]":
    return Introduction.objects.waiting().with_parties().order_by("requested_at", "pk")


def released() -> "QuerySet[Introduction]":
    """Released without an answer in the last three months: somebody may want a call."""
    since = clock.now() - RELEASED_SHOWN_FOR
    return (
        Introduction.objects.released()
        .filter(released_at__gte=since)
        .with_parties()
        .order_by("released_at", "pk")
    )


def never_presented() -> "QuerySet[Association]":
    """Checked and open associations that no round has ever presented to a company."""
    presented = Suggestion.objects.values("association")
    return (
        Association.objects.open_to_companies()
        .exclude(pk__in=presented)
        .select_related("organisation")
        .order_by("organisation__checked_at", "pk")
    )


def _organisation_line(organisation: Organisation) -> Line:
    url = reverse("pages:organisation", args=[organisation.pk])
    return Line(
        organisation, organisation.name, organisation.created_at, organisation.get_kind_display(), url
    )


def _claim_line(claim: Claim) -> Line:
    url = reverse("pages:claim", args=[claim.pk])
    return Line(claim, claim.organisation.name, claim.created_at, f"demandée par {claim.user}", url)


def _introduction_line(introduction: Introduction) -> Line:
    return Line(
        introduction,
        f"{introduction.asking_organisation.name} → {introduction.answering_organisation.name}",
        introduction.released_at or introduction.requested_at or introduction.created_at,
        introduction.heading,
        introduction.get_absolute_url(),
    )


def _association_line(association: Association) -> Line:
    organisation = association.organisation
    return Line(
        association,
        organisation.name,
        organisation.checked_at or organisation.created_at,
        organisation.town,
        association.get_absolute_url(),
    )


BASKETS = {
    basket.slug: basket
    for basket in (
        Basket(
            "a-verifier",
            "À vérifier",
            "organismes",
            "Une première réponse humaine est promise dans les trois jours ouvrés.",
            to_check,
            _organisation_line,
        ),
        Basket(
            "revendications",
            "Revendications",
            "demandes",
            "Une fiche existante est demandée\u00a0: vérifiez la fonction de la personne avant de dire oui.",
            claims,
            _claim_line,
        ),
        Basket(
            "en-attente",
            "En attente d’une réponse",
            "mises en relation",
            "Les relances partent seules. Un appel débloque souvent ce qu’un courriel ne débloque pas.",
            waiting_for_an_answer,
            _introduction_line,
        ),
        Basket(
            "liberees",
            "Libérées sans réponse",
            "mises en relation",
            "Depuis trois mois. Appelez l’entreprise\u00a0: que cherche-t-elle aujourd’hui\u202f?",
            released,
            _introduction_line,
        ),
        Basket(
            "jamais-presentees",
            "Jamais présentées",
            "associations",
            "Vérifiées et ouvertes, elles n’ont encore été proposées à aucune entreprise.",
            never_presented,
            _association_line,
        ),
    )
}
