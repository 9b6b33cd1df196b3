"""Needs that a file brings for known companies: written, completed, published by the usual operations."""

import uuid
from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.enums import OrganisationKind, OrganisationStatus
from accounts.models import User
from accounts.operations import check_organisation
from accounts.operations.imports import RecordKey, with_members
from companies.enums import NeedStatus
from companies.models import Company, Need
from companies.notifications import NeedsBrought
from companies.operations.imports import KEPT, better, longer, row_by_row
from companies.operations.needs import create_need, publish_need, update_need
from mecenova.calendar import clock
from mecenova.identifiers.names import fold
from mecenova.imports.report import UNCHANGED, UPDATED, Outcome, Verdict
from mecenova.mail.operations import queue
from mecenova.reference.models import Audience, Cause, Skill, Territory
from mecenova.workflow.errors import DomainError

NOT_SHOWN = "besoin montré quand son entreprise sera vérifiée"
STAYS_CLOSED = "besoin clos, non rouvert"
STAYS_DRAFT = "brouillon de l’entreprise, non publié"
LEFT_TO_MEMBERS = "brouillon, que l’entreprise prévenue relit et publie elle-même"


@dataclass(frozen=True, slots=True)
class NeedEntry:
    """One row as values; the company is named as people write it. `values` are those of its kind."""

    company_key: str
    title: str
    kind: str
    values: tuple[tuple[str, Any], ...] = ()

    @property
    def key(self) -> RecordKey:
        return self.company_key, fold(self.title)


@transaction.atomic
def import_needs(
    *, entries: Sequence[NeedEntry], met: Set[RecordKey], as_checked: bool, by: User | None = None
) -> list[Outcome]:
    """Create and complete the needs of these rows, all or none; publish those of companies that nobody runs.

    `as_checked` makes checked members of the companies nobody has claimed, so that their needs are shown.
    """
    return row_by_row(entries, met, lambda entry, again: _import_need(entry, again, as_checked, by))


def _import_need(entry: NeedEntry, again: bool, as_checked: bool, by: User | None) -> Outcome:
    company = _company_named(entry.company_key)
    checked = as_checked and company.organisation.is_unclaimed
    if checked:
        company.organisation = check_organisation(organisation=company.organisation, by=by)
    need = _need_titled(company, entry.key[1])
    attended = bool(with_members([company.organisation]))
    if need is None:
        return _bring(company, entry, attended, by)
    if need.kind != entry.kind:
        raise DomainError("un besoin de ce titre existe déjà sous une autre forme\u00a0: changez le titre")
    changes = _changes_to_need(need, entry, gently=attended or again, attended=attended)
    if changes:
        update_need(need=need, by=None, **changes)
    published = need.is_draft and not attended
    if published:
        publish_need(need=need, by=by)
    outcome = UPDATED if changes or published or checked else UNCHANGED
    notes = [KEPT] if attended else []
    if need.status == NeedStatus.CLOSED:
        notes.append(STAYS_CLOSED)
    elif need.is_draft and attended:
        notes.append(STAYS_DRAFT)
    return Outcome(outcome.verdict, notes=(*notes, *_visibility(company)))


def _bring(company: Company, entry: NeedEntry, attended: bool, by: User | None) -> Outcome:
    """Nobody publishes in the name of people who are there to do it."""
    need = create_need(company=company, by=None, kind=entry.kind, title=entry.title, **dict(entry.values))
    if attended:
        queue(NeedsBrought, company.organisation, occurrence=f"{clock.today():%Y%m%d}")
        return Outcome(Verdict.CREATED, notes=(LEFT_TO_MEMBERS,))
    publish_need(need=need, by=by)
    return Outcome(Verdict.CREATED, notes=_visibility(company))


def _company_named(name_key: str) -> Company:
    found = Company.objects.filter(
        organisation__name_key=name_key, organisation__kind=OrganisationKind.COMPANY
    )
    companies = list(
        found.exclude(organisation__status=OrganisationStatus.LEFT).select_related("organisation")[:2]
    )
    if not companies:
        raise DomainError(
            "entreprise inconnue\u00a0: importez-la ou inscrivez-la d’abord, "
            "ou écrivez son nom comme dans l’annuaire"
        )
    if len(companies) > 1:
        raise DomainError(
            "plusieurs entreprises portent ce nom\u00a0: publiez ce besoin depuis la fiche de la bonne"
        )
    return companies[0]


def _need_titled(company: Company, folded_title: str) -> Need | None:
    titles = Need.objects.filter(company=company).order_by("created_at", "pk").values_list("pk", "title")
    same: list[uuid.UUID] = [key for key, title in titles if fold(title) == folded_title]
    return Need.objects.get(pk=same[0]) if same else None


def _changes_to_need(need: Need, entry: NeedEntry, *, gently: bool, attended: bool) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, value in entry.values:
        known = getattr(need, name)
        if name in {"causes", "audiences", "territories", "skills"}:
            before: list[Cause | Audience | Territory | Skill] = list(known.all())
            after = longer(before, value, attended)
            if after != before:
                changes[name] = after
        elif said := better(known, value, gently):
            changes[name] = said
    _refuse_crossed_budget(need, changes)
    return changes


def _refuse_crossed_budget(need: Need, changes: dict[str, Any]) -> None:
    least: Decimal | None = changes.get("budget_min", need.budget_min)
    most: Decimal | None = changes.get("budget_max", need.budget_max)
    if least is not None and most is not None and most < least:
        raise DomainError(
            "le montant maximal est plus petit que le minimal déjà connu\u00a0: donnez les deux"
        )


def _visibility(company: Company) -> tuple[str, ...]:
    return () if company.organisation.is_checked else (NOT_SHOWN,)
