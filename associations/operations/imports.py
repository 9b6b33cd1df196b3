"""Associations that a file brings, a batch at a time: a handful of queries whatever the number of rows."""

import uuid
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from accounts.enums import OrganisationKind, OrganisationStatus, Origin
from accounts.models import Organisation, User
from accounts.operations.imports import (
    RecordKey,
    check_records,
    create_records,
    lock_records,
    update_records,
    with_members,
)
from associations.enums import Registry, Stance
from associations.followups import Presentation, refresh_step
from associations.models import Association
from associations.signals import associations_imported
from mecenova.agenda.operations import start_many
from mecenova.calendar import clock
from mecenova.imports.report import CREATED, UNCHANGED, UPDATED, Outcome

LISTS = ("causes", "audiences", "territories")
PROFILE = ("purpose", "registry", "rna", "siren")
OFFICE = ("town", "department_id", "website", "phone")
# Somebody may sign up, or take a number, while a batch is written: it is then written again from the start.
MOST_TRIES = 3
GONE = (
    "cette association a quitté Mecenova\u00a0: sa fiche n’est pas rouverte par un import. "
    "Elle peut la redemander elle-même"
)
KEPT = "ce que les membres ont écrit est gardé"


@dataclass(frozen=True, slots=True)
class AssociationEntry:
    """One row as values; `key` is what makes two rows one record, the lists hold row ids."""

    key: RecordKey
    name: str
    town: str = ""
    department_id: int | None = None
    website: str = ""
    phone: str = ""
    purpose: str = ""
    rna: str = ""
    siren: str = ""
    causes: frozenset[int] = frozenset()
    audiences: frozenset[int] = frozenset()
    territories: frozenset[int] = frozenset()

    @property
    def registry(self) -> str:
        return Registry.RNA if self.rna else Registry.SIREN if self.siren else ""


def import_associations(
    *, entries: Sequence[AssociationEntry], met: Set[RecordKey], as_checked: bool, by: User | None = None
) -> list[Outcome]:
    """Create or complete the records of these rows: the whole batch, or nothing of it.

    `met` are records that the same file has already brought: a second row only adds to them. Nothing known is
    replaced by nothing, a list only grows, and what members wrote stays theirs.
    """
    for attempt in range(1, MOST_TRIES + 1):
        try:
            return _write(entries, met, as_checked, by)
        except IntegrityError:
            if attempt == MOST_TRIES:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def _write(
    entries: Sequence[AssociationEntry], met: Set[RecordKey], as_checked: bool, by: User | None
) -> list[Outcome]:
    batch = _Batch(entries, set(met), as_checked)
    outcomes = [batch.take(entry) for entry in entries]
    batch.save(by)
    return outcomes


@dataclass(slots=True)
class _Record:
    """An organisation and its profile as they are in the database and as the batch leaves them."""

    organisation: Organisation
    association: Association
    is_new: bool = False
    has_profile: bool = True
    has_members: bool = False
    office_changed: bool = False
    profile_changed: bool = False
    becomes_checked: bool = False
    lists: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in LISTS})
    added: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in LISTS})

    def merge(self, entry: AssociationEntry, gently: bool) -> bool:
        """Take what the row adds; tell whether it adds anything."""
        office = [_fill(self.organisation, name, getattr(entry, name), gently) for name in OFFICE]
        profile = [
            _fill(self.association, name, getattr(entry, name), gently or name != "purpose")
            for name in PROFILE
        ]
        lists = [self._add(name, getattr(entry, name)) for name in LISTS]
        self.office_changed |= any(office)
        self.profile_changed |= any(profile) or any(lists)
        return any((*office, *profile, *lists))

    def _add(self, name: str, ids: frozenset[int]) -> bool:
        if self.has_members and self.lists[name]:
            return False
        new = ids - self.lists[name] - self.added[name]
        self.added[name] |= new
        return bool(new)


class _Batch:
    def __init__(self, entries: Sequence[AssociationEntry], met: set[RecordKey], as_checked: bool) -> None:
        self.met, self.as_checked = met, as_checked
        self.records = _load({entry.key for entry in entries})
        self.owners = {name: _owners(name, entries) for name in ("rna", "siren")}

    def take(self, entry: AssociationEntry) -> Outcome:
        record = self.records.get(entry.key)
        if record is not None and record.organisation.has_left:
            return Outcome.rejected(GONE)
        if problem := self._number_of_another(entry, record):
            return Outcome.rejected(problem)
        if record is None:
            record = self.records[entry.key] = self._new(entry)
            outcome = CREATED
        else:
            gently = record.has_members or entry.key in self.met
            outcome = UPDATED if self._merge(record, entry, gently) else UNCHANGED
            if record.has_members:
                outcome = Outcome(outcome.verdict, notes=(KEPT,))
        self.met.add(entry.key)
        for name, owners in self.owners.items():
            if number := getattr(record.association, name):
                owners[number] = record.organisation.pk
        return outcome

    def _merge(self, record: _Record, entry: AssociationEntry, gently: bool) -> bool:
        changed = record.merge(entry, gently) or not record.has_profile
        if self.as_checked and record.organisation.is_unclaimed and not record.becomes_checked:
            record.becomes_checked = changed = True
        return changed

    def _new(self, entry: AssociationEntry) -> _Record:
        status = OrganisationStatus.CHECKED if self.as_checked else OrganisationStatus.UNCLAIMED
        organisation = Organisation(
            kind=OrganisationKind.ASSOCIATION,
            name=entry.name,
            name_key=entry.key[0],
            postal_code=entry.key[1],
            origin=Origin.IMPORT,
            status=status,
            checked_at=clock.now() if self.as_checked else None,
        )
        record = _Record(organisation, Association(organisation=organisation), is_new=True)
        record.merge(entry, gently=False)
        return record

    def _number_of_another(self, entry: AssociationEntry, record: _Record | None) -> str:
        """Why this row's registry numbers cannot be this record's."""
        for name, owners in self.owners.items():
            number = getattr(entry, name)
            known = getattr(record.association, name) if record else ""
            if number and known and number != known:
                return (
                    f"la fiche de ce nom et de ce code postal porte un autre numéro {name.upper()}\u00a0: "
                    "si ce sont deux associations, distinguez leurs noms"
                )
            owner = owners.get(number)
            if owner is not None and (record is None or owner != record.organisation.pk):
                return (
                    f"une fiche d’un autre nom ou d’un autre code postal porte déjà ce {name.upper()}\u00a0: "
                    "corrigez le numéro, ou le nom s’il a changé"
                )
        return ""

    def save(self, by: User | None) -> None:
        records = list({each.organisation.pk: each for each in self.records.values()}.values())
        new = [record for record in records if record.is_new]
        known = [record for record in records if not record.is_new]
        create_records(organisations=[record.organisation for record in new], by=by)
        update_records(organisations=[each.organisation for each in known if each.office_changed])
        checked = [record for record in known if record.becomes_checked]
        check_records(organisations=[record.organisation for record in checked], by=by)
        _save_profiles(records)
        _save_lists(records)
        touched = [each for each in records if each.is_new or each.office_changed or each.profile_changed]
        _open_steps([*(new if self.as_checked else []), *checked], touched)
        if written := {record.association.pk for record in (*touched, *checked)}:
            associations_imported.send(sender=Association, associations=written)


def _fill(subject: Any, name: str, value: Any, gently: bool) -> bool:
    """Write a value that says something; gently, only where nothing was said."""
    known = getattr(subject, name)
    if not value or value == known or (gently and known):
        return False
    setattr(subject, name, value)
    return True


def _load(keys: Set[RecordKey]) -> dict[RecordKey, _Record]:
    organisations = lock_records(kind=OrganisationKind.ASSOCIATION, keys=keys)
    profiles = {
        profile.organisation_id: profile
        for profile in Association.objects.filter(organisation__in=organisations.values())
    }
    peopled = with_members(organisations.values())
    lists = {name: _linked(name, profiles.values()) for name in LISTS}
    records: dict[RecordKey, _Record] = {}
    met: dict[uuid.UUID, _Record] = {}
    for key, organisation in organisations.items():
        profile = profiles.get(organisation.pk) or Association()
        profile.organisation = organisation
        record = _Record(
            organisation,
            profile,
            has_profile=organisation.pk in profiles,
            has_members=organisation.pk in peopled,
            lists={name: lists[name].get(profile.pk, set()) for name in LISTS},
        )
        # One record answers to its own key, and to those of the records that were made part of it.
        records[key] = met.setdefault(organisation.pk, record)
    return records


def _linked(name: str, profiles: Iterable[Association]) -> Mapping[uuid.UUID, set[int]]:
    found: dict[uuid.UUID, set[int]] = {}
    links = getattr(Association, name).through.objects.filter(association__in=profiles)
    for profile, entry in links.values_list("association_id", f"{_target(name)}_id"):
        found.setdefault(profile, set()).add(entry)
    return found


def _owners(name: str, entries: Sequence[AssociationEntry]) -> dict[str, uuid.UUID]:
    """Whose the registry numbers of these rows already are."""
    numbers = {getattr(entry, name) for entry in entries} - {""}
    if not numbers:
        return {}
    return dict(Association.objects.filter(**{f"{name}__in": numbers}).values_list(name, "organisation"))


def _save_profiles(records: Sequence[_Record]) -> None:
    Association.objects.bulk_create(
        [record.association for record in records if record.is_new or not record.has_profile]
    )
    changed = [each for each in records if each.profile_changed and each.has_profile and not each.is_new]
    moment = clock.now()
    for record in changed:
        record.association.changed_at = moment
    Association.objects.bulk_update([each.association for each in changed], (*PROFILE, "changed_at"))


def _save_lists(records: Sequence[_Record]) -> None:
    for name in LISTS:
        through = getattr(Association, name).through
        through.objects.bulk_create(
            [
                through(**{"association_id": record.association.pk, f"{_target(name)}_id": entry})
                for record in records
                for entry in sorted(record.added[name])
            ],
            ignore_conflicts=True,
        )


def _target(name: str) -> str:
    return str(getattr(Association, name).field.m2m_reverse_field_name())


def _open_steps(newly_checked: Sequence[_Record], touched: Sequence[_Record]) -> None:
    """Nobody answers for an imported member yet: the platform owes the step. Others are looked at again."""
    unattended = [
        record.organisation
        for record in newly_checked
        if not record.has_members and record.association.stance == Stance.OPEN
    ]
    start_many(Presentation, unattended)
    done = {organisation.pk for organisation in unattended}
    attended = [record for record in touched if record.has_members and not record.is_new]
    others = {each.organisation.pk for each in (*newly_checked, *attended)} - done
    for organisation in Organisation.objects.filter(pk__in=others):
        refresh_step(organisation)
