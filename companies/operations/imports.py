"""Companies and needs that a file brings: few enough to go, row by row, through the operations of people."""

import uuid
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction

from accounts.enums import OrganisationKind, OrganisationStatus, Origin
from accounts.models import Organisation, User
from accounts.operations import check_organisation
from accounts.operations.imports import RecordKey, lock_records, update_records, with_members
from companies.enums import GiverKind, NeedStatus
from companies.models import Company, Need, Policy
from companies.models.company import DEFAULT_MONTHLY_CAPACITY
from companies.operations.needs import create_need, publish_need, update_need
from companies.operations.policy import set_policy
from companies.operations.profile import update_company
from companies.operations.registration import register_company
from mecenova.identifiers.names import fold
from mecenova.imports.report import CREATED, UNCHANGED, UPDATED, Outcome, Verdict
from mecenova.reference.models import Audience, Cause, Sector, Skill, Territory
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import record_many
from mecenova.workflow.machine import NEW

KEPT = "ce que les membres ont écrit est gardé"
NOT_SHOWN = "besoin montré quand son entreprise sera vérifiée"
STAYS_CLOSED = "besoin clos, non rouvert"
STAYS_DRAFT = "brouillon de l’entreprise, non publié"

E = TypeVar("E", "CompanyEntry", "NeedEntry")


@dataclass(frozen=True, slots=True)
class CompanyEntry:
    """One row as values; `capacity` is None when the file does not say."""

    key: RecordKey
    name: str
    town: str = ""
    department: Territory | None = None
    website: str = ""
    phone: str = ""
    giver: str = GiverKind.COMPANY
    sector: Sector | None = None
    siren: str = ""
    presentation: str = ""
    causes: tuple[Cause, ...] = ()
    kinds: tuple[str, ...] = ()
    territories: tuple[Territory, ...] = ()
    capacity: int | None = None


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
def import_companies(
    *, entries: Sequence[CompanyEntry], met: Set[RecordKey], as_checked: bool, by: User | None = None
) -> list[Outcome]:
    """Create or complete the companies of these rows, all or none; a refused row leaves the others alone."""
    return _row_by_row(entries, met, lambda entry, again: _import_company(entry, again, as_checked, by))


@transaction.atomic
def import_needs(
    *, entries: Sequence[NeedEntry], met: Set[RecordKey], by: User | None = None
) -> list[Outcome]:
    """Create, complete and publish the needs of these rows, all or none."""
    return _row_by_row(entries, met, lambda entry, again: _import_need(entry, again, by))


def _row_by_row(
    entries: Sequence[E], met: Set[RecordKey], write: Callable[[E, bool], Outcome]
) -> list[Outcome]:
    known, outcomes = set(met), []
    for entry in entries:
        try:
            with transaction.atomic():
                outcome = write(entry, entry.key in known)
        except DomainError as refusal:
            outcome = Outcome.rejected(refusal.message)
        else:
            if outcome.verdict != Verdict.REJECTED:
                known.add(entry.key)
        outcomes.append(outcome)
    return outcomes


def _import_company(entry: CompanyEntry, again: bool, as_checked: bool, by: User | None) -> Outcome:
    known = lock_records(kind=OrganisationKind.COMPANY, keys={entry.key}).get(entry.key)
    company = Company.objects.filter(organisation=known).select_related("organisation", "policy").first()
    if company is None:
        if known is not None:
            return Outcome.rejected(
                "un organisme de ce nom existe sans fiche d’entreprise\u00a0: prévenez l’équipe"
            )
        _register(entry, as_checked, by)
        return CREATED
    organisation = company.organisation
    if organisation.status == OrganisationStatus.LEFT:
        return Outcome.rejected("cette entreprise a quitté Mecenova\u00a0: un import ne rouvre pas sa fiche")
    attended = bool(with_members([organisation]))
    changed = [
        _complete_profile(company, entry, attended or again),
        _complete_department(organisation, entry, attended or again),
        _complete_policy(company, entry, attended, again),
    ]
    if as_checked and organisation.is_unclaimed:
        check_organisation(organisation=organisation, by=by)
        changed.append(True)
    outcome = UPDATED if any(changed) else UNCHANGED
    return Outcome(outcome.verdict, notes=(KEPT,)) if attended else outcome


def _register(entry: CompanyEntry, as_checked: bool, by: User | None) -> None:
    capacity = DEFAULT_MONTHLY_CAPACITY if entry.capacity is None else entry.capacity
    company = register_company(
        by=by,
        name=entry.name,
        postal_code=entry.key[1],
        town=entry.town,
        website=entry.website,
        phone=entry.phone,
        giver=entry.giver,
        sector=entry.sector,
        siren=entry.siren,
        presentation=entry.presentation,
        causes=entry.causes,
        kinds=entry.kinds,
        territories=entry.territories,
        monthly_capacity=capacity,
        origin=Origin.IMPORT,
        status=OrganisationStatus.CHECKED if as_checked else OrganisationStatus.UNCLAIMED,
    )
    _complete_department(company.organisation, entry, gently=True)
    record_many([company.organisation], "create", NEW, by, note="Import")


def _complete_profile(company: Company, entry: CompanyEntry, gently: bool) -> bool:
    known = {
        "town": company.organisation.town,
        "website": company.organisation.website,
        "phone": company.organisation.phone,
        "sector": company.sector,
        "presentation": company.presentation,
    }
    changes = {name: value for name in known if (value := _better(known[name], getattr(entry, name), gently))}
    if entry.siren and not company.siren:
        changes["siren"] = entry.siren
    if entry.siren and company.siren not in {"", entry.siren}:
        raise DomainError(
            "la fiche de ce nom porte un autre numéro SIREN\u00a0: vérifiez le numéro, ou le nom"
        )
    if changes:
        update_company(company=company, by=None, **changes)
    return bool(changes)


def _complete_department(organisation: Organisation, entry: CompanyEntry, gently: bool) -> bool:
    """A file may say the département without the postal code that usually gives it."""
    department = _better(organisation.department, entry.department, gently)
    if department is None:
        return False
    organisation = Organisation.objects.get(pk=organisation.pk)
    organisation.department = department
    update_records(organisations=[organisation])
    return True


def _complete_policy(company: Company, entry: CompanyEntry, attended: bool, again: bool) -> bool:
    policy = company.policy if company.has_policy else Policy(company=company)
    saved = company.has_policy
    before: dict[str, list[Any]] = {
        "causes": list(policy.causes.all()) if saved else [],
        "kinds": list(policy.kinds),
        "territories": list(policy.territories.all()) if saved else [],
    }
    after = {name: _longer(known, getattr(entry, name), attended) for name, known in before.items()}
    capacity = policy.monthly_capacity
    if entry.capacity is not None and not (saved and (attended or again)):
        capacity = entry.capacity
    if after == before and capacity == policy.monthly_capacity:
        return False
    set_policy(
        company=company,
        by=None,
        **after,
        excluded_causes=list(policy.excluded_causes.all()) if saved else [],
        ticket_min=policy.ticket_min,
        ticket_max=policy.ticket_max,
        general_interest_only=policy.general_interest_only,
        monthly_capacity=capacity,
    )
    return True


def _import_need(entry: NeedEntry, again: bool, by: User | None) -> Outcome:
    company = _company_named(entry.company_key)
    need = _need_titled(company, entry.key[1])
    if need is None:
        created = create_need(
            company=company, by=None, kind=entry.kind, title=entry.title, **dict(entry.values)
        )
        publish_need(need=created, by=by)
        return Outcome(Verdict.CREATED, notes=_visibility(company))
    if need.kind != entry.kind:
        raise DomainError("un besoin de ce titre existe déjà sous une autre forme\u00a0: changez le titre")
    attended = bool(with_members([company.organisation]))
    changes = _changes_to_need(need, entry, gently=attended or again, attended=attended)
    if changes:
        update_need(need=need, by=None, **changes)
    published = need.status == NeedStatus.DRAFT and not attended
    if published:
        publish_need(need=need, by=by)
    outcome = UPDATED if changes or published else UNCHANGED
    notes = [KEPT] if attended else []
    if need.status == NeedStatus.CLOSED:
        notes.append(STAYS_CLOSED)
    elif need.status == NeedStatus.DRAFT and attended:
        notes.append(STAYS_DRAFT)
    return Outcome(outcome.verdict, notes=(*notes, *_visibility(company)))


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
            after = _longer(before, value, attended)
            if after != before:
                changes[name] = after
        elif better := _better(known, value, gently):
            changes[name] = better
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


def _better(known: Any, value: Any, gently: bool) -> Any:
    """The value to write, or None: nothing known is replaced by nothing; gently, only blanks are filled."""
    is_said = value not in (None, "")
    is_known = known not in (None, "")
    return value if is_said and value != known and not (gently and is_known) else None


def _longer(known: list[Any], values: Iterable[Any], attended: bool) -> list[Any]:
    """Lists only grow; a list that members wrote is theirs."""
    if attended and known:
        return known
    return [*known, *(value for value in values if value not in known)]
