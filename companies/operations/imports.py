"""Companies that a file brings: few enough to go, row by row, through the operations that people use."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.db import transaction

from accounts.enums import OrganisationKind, OrganisationStatus, Origin
from accounts.models import Organisation, User
from accounts.operations import check_organisation
from accounts.operations.imports import RecordKey, lock_records, update_records, with_members
from companies.enums import GiverKind
from companies.models import Company, Policy
from companies.models.company import DEFAULT_MONTHLY_CAPACITY
from companies.operations.policy import set_policy
from companies.operations.profile import update_company
from companies.operations.registration import register_company
from mecenova.imports.report import CREATED, UNCHANGED, UPDATED, Outcome, Verdict
from mecenova.reference.models import Cause, Sector, Territory
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import record_many
from mecenova.workflow.machine import NEW

KEPT = "ce que les membres ont écrit est gardé"


class Entry(Protocol):
    """A row of a file as values, with what makes two rows one record."""

    @property
    def key(self) -> RecordKey: ...


E = TypeVar("E", bound=Entry)


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


@transaction.atomic
def import_companies(
    *, entries: Sequence[CompanyEntry], met: Set[RecordKey], as_checked: bool, by: User | None = None
) -> list[Outcome]:
    """Create or complete the companies of these rows, all or none; a refused row leaves the others alone."""
    return row_by_row(entries, met, lambda entry, again: _import_company(entry, again, as_checked, by))


def row_by_row(
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
    if organisation.has_left:
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
    changes = {name: value for name in known if (value := better(known[name], getattr(entry, name), gently))}
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
    department = better(organisation.department, entry.department, gently)
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
    after = {name: longer(known, getattr(entry, name), attended) for name, known in before.items()}
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


def better(known: Any, value: Any, gently: bool) -> Any:
    """The value to write, or None: nothing known is replaced by nothing; gently, only blanks are filled."""
    is_said = value not in (None, "")
    is_known = known not in (None, "")
    return value if is_said and value != known and not (gently and is_known) else None


def longer(known: list[Any], values: Iterable[Any], attended: bool) -> list[Any]:
    """Lists only grow; a list that members wrote is theirs."""
    if attended and known:
        return known
    return [*known, *(value for value in values if value not in known)]
