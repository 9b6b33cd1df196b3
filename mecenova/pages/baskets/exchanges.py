"""Requests and partnerships that wait for somebody, and addresses that no longer answer."""

from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, QuerySet

from accounts.enums import OrganisationEvent
from accounts.models import Organisation, User
from companies.operations import record_call
from mecenova.calendar import clock
from mecenova.pages.baskets.basket import Action, Basket, Line
from mecenova.workflow.models import TransitionRecord
from partnerships.models import Introduction, Partnership
from partnerships.operations import introductions_at_risk, note_contact

RELEASED_SHOWN_FOR = timedelta(days=90)


def waiting_for_an_answer() -> "QuerySet[Introduction]":
    return Introduction.objects.waiting().with_parties().order_by("requested_at", "pk")


def at_risk() -> "QuerySet[Introduction]":
    return introductions_at_risk().with_parties().order_by("release_on", "pk")


def released() -> "QuerySet[Introduction]":
    """Released without an answer in the last three months, and the company not called since."""
    called = TransitionRecord.objects.filter(
        subject_type=ContentType.objects.get_for_model(Organisation),
        subject_id=OuterRef("company__organisation_id"),
        verb=OrganisationEvent.CALL,
        at__gte=OuterRef("released_at"),
    )
    return (
        Introduction.objects.released()
        .filter(~Exists(called), released_at__gte=clock.now() - RELEASED_SHOWN_FOR)
        .with_parties()
        .order_by("released_at", "pk")
    )


def in_disagreement() -> "QuerySet[Partnership]":
    quarrels = Partnership.objects.in_disagreement().prefetch_related("parties__organisation")
    return quarrels.order_by("disagreement_at", "pk")


def _partnership_line(partnership: Partnership) -> Line:
    """The team settles it on the partnership's page, where both answers are."""
    return Line(
        partnership,
        partnership.title,
        partnership.disagreement_at or partnership.opened_at,
        "L’un dit avoir parlé, l’autre non",
        partnership.get_absolute_url(),
        also_called=tuple(partnership.present_organisations()),
        step_of=partnership,
    )


def _line(introduction: Introduction) -> Line:
    return _introduction_line(introduction, introduction.requested_at or introduction.created_at)


def _released_line(introduction: Introduction) -> Line:
    return _introduction_line(introduction, introduction.released_at or introduction.created_at)


def _introduction_line(introduction: Introduction, since: datetime) -> Line:
    return Line(
        introduction,
        f"{introduction.asking_organisation.name} → {introduction.answering_organisation.name}",
        since,
        introduction.heading,
        introduction.get_absolute_url(),
        organisation=introduction.answering_organisation,
        step_of=introduction,
    )


def _contact(introduction: Introduction, by: User, note: str) -> None:
    note_contact(introduction=introduction, note=note, by=by)


def _call_company(introduction: Introduction, by: User, note: str) -> None:
    record_call(company=introduction.company, note=note, by=by)


CONTACT = Action(
    "J’ai pris contact", _contact, "Le contact est noté au journal de la demande.", asks_note=True
)

BASKETS = (
    Basket(
        "en-attente",
        "En attente d’une réponse",
        "mises en relation",
        "Les relances partent seules. Un appel débloque souvent ce qu’un courriel ne débloque pas.",
        waiting_for_an_answer,
        _line,
        CONTACT,
    ),
    Basket(
        "a-risque",
        "Près d’être libérées",
        "mises en relation",
        "Toutes les relances sont parties. Sans un appel, la demande sera libérée à la date dite.",
        at_risk,
        _line,
        CONTACT,
    ),
    Basket(
        "liberees",
        "Libérées sans réponse",
        "mises en relation",
        "Ces trois derniers mois. Appelez l’entreprise\u00a0: que cherche-t-elle aujourd’hui\u202f?",
        released,
        _released_line,
        Action("J’ai appelé l’entreprise", _call_company, "L’appel est noté.", asks_note=True),
    ),
    Basket(
        "desaccords",
        "Désaccords",
        "partenariats",
        "Les deux côtés ne disent pas la même chose de leur premier échange. Appelez-les, puis tranchez.",
        in_disagreement,
        _partnership_line,
    ),
)
