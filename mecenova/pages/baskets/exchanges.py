"""Requests and partnerships that wait for somebody."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Exists, F, OuterRef, QuerySet, When
from django.db.models.functions import Coalesce

from accounts.enums import OrganisationEvent
from accounts.models import Organisation, User
from associations.operations import note_call
from companies.operations import record_call
from mecenova.calendar import clock
from mecenova.pages.baskets.basket import Action, Basket, Line
from mecenova.pages.subjects import name_of
from mecenova.workflow.models import TransitionRecord
from partnerships.enums import Side
from partnerships.models import Introduction, Partnership
from partnerships.operations import introductions_at_risk, note_contact

RELEASED_SHOWN_FOR = timedelta(days=90)


def waiting_for_an_answer() -> "QuerySet[Introduction]":
    return Introduction.objects.waiting().with_parties().order_by("requested_at", "pk")


def at_risk() -> "QuerySet[Introduction]":
    return introductions_at_risk().with_parties().order_by("release_on", "requested_at", "pk")


def released() -> "QuerySet[Introduction]":
    """Released without an answer in the last three months, and the silent side not called since."""
    silent = Case(
        When(asked_by_side=Side.ASSOCIATION, then=F("company__organisation_id")),
        default=F("association__organisation_id"),
    )
    called = TransitionRecord.objects.filter(
        subject_type=ContentType.objects.get_for_model(Organisation),
        subject_id=OuterRef("silent"),
        verb=OrganisationEvent.CALL,
        at__gte=OuterRef("released_at"),
    )
    return (
        Introduction.objects.released()
        .alias(silent=silent)
        .filter(~Exists(called), released_at__gte=clock.now() - RELEASED_SHOWN_FOR)
        .with_parties()
        .order_by("released_at", "pk")
    )


def in_disagreement() -> "QuerySet[Partnership]":
    quarrels = Partnership.objects.in_disagreement().prefetch_related("parties__organisation")
    return quarrels.order_by(Coalesce("disagreement_at", "contested_at"), "pk")


def _partnership_line(partnership: Partnership) -> Line:
    """The team settles it on the partnership's page, where both answers are."""
    return Line(
        partnership,
        partnership.title,
        partnership.disagreement_at or partnership.contested_at or partnership.opened_at,
        "L’un dit avoir parlé, l’autre non"
        if partnership.disagreement_at
        else "L’un dit que c’est signé, l’autre non",
        partnership.get_absolute_url(),
        also_called=tuple(partnership.present_organisations()),
        step_of=partnership,
    )


def _line(introduction: Introduction) -> Line:
    return _introduction_line(introduction, introduction.requested_at or introduction.created_at)


def _released_line(introduction: Introduction) -> Line:
    line = _introduction_line(introduction, introduction.released_at or introduction.created_at)
    return replace(line, about=f"{introduction.answering_organisation.name} n’a pas répondu")


def _introduction_line(introduction: Introduction, since: datetime) -> Line:
    return Line(
        introduction,
        name_of(introduction),
        since,
        introduction.about,
        introduction.get_absolute_url(),
        organisation=introduction.answering_organisation,
        step_of=introduction,
    )


def _contact(introduction: Introduction, by: User, note: str) -> None:
    note_contact(introduction=introduction, note=note, by=by)


def _call_who_was_silent(introduction: Introduction, by: User, note: str) -> None:
    """The call is kept in the journal of the side that did not answer: the one that was called."""
    if introduction.answering_side == Side.COMPANY:
        record_call(company=introduction.company, note=note, by=by)
    else:
        note_call(association=introduction.association, note=note, by=by)


# What ends the wait for an answer, in the journal of a request.
ANSWERED = frozenset({"accept", "postpone", "decline", "release", "withdraw", "end"})
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
        moved_by=ANSWERED,
        left="La demande n’attend plus de réponse.",
    ),
    Basket(
        "a-risque",
        "Près d’être libérées",
        "mises en relation",
        "Toutes les relances sont parties. Sans un appel, la demande sera libérée à la date dite.",
        at_risk,
        _line,
        CONTACT,
        moved_by=ANSWERED,
        left="La demande n’attend plus de réponse.",
    ),
    Basket(
        "liberees",
        "Libérées sans réponse",
        "mises en relation",
        "Ces trois derniers mois. Appelez qui n’a pas répondu\u00a0: l’entreprise, que cherche-t-elle "
        "aujourd’hui\u202f? L’association, qu’est-ce qui l’a empêchée\u202f?",
        released,
        _released_line,
        Action(
            "J’ai appelé",
            _call_who_was_silent,
            "L’appel est noté chez qui n’avait pas répondu.",
            asks_note=True,
        ),
        left="Qui n’avait pas répondu a été appelé, ou trois mois ont passé.",
    ),
    Basket(
        "desaccords",
        "Désaccords",
        "partenariats",
        "Les deux côtés ne disent pas la même chose\u00a0: se sont-ils parlé, est-ce signé\u202f? "
        "Appelez-les, puis tranchez.",
        in_disagreement,
        _partnership_line,
        moved_by=frozenset(
            {"report_talk", "settle", "agree", "correct_signature", "return_to_matching", "abandon"}
        ),
        left="Il n’y a plus de désaccord.",
    ),
)
