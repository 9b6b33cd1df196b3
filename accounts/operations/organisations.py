"""An organisation is entered, checked, corrected, and one day leaves."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404

from accounts import followups, notifications, policies, signals
from accounts.enums import OrganisationKind, OrganisationStatus, Origin, Role
from accounts.models import Membership, Merge, Organisation, User
from accounts.operations.naming import clean_key, clean_name, clean_postal_code, record_new_name
from accounts.operations.presence import follow_addresses_of
from accounts.workflow import ORGANISATION
from mecenova.agenda import operations as agenda
from mecenova.agenda.enums import Outcome
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.identifiers.names import department_code
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.mail.operations import queue
from mecenova.reference.models import Territory
from mecenova.team import is_staff
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from mecenova.workflow.machine import NEW

# Said to whose correction has just gone: the team reads it, whether they have finished or not.
WENT_BACK = "Votre fiche est repartie vers l’équipe, qui la relit\u202f; vous pouvez encore la corriger."


class OrganisationExists(DomainError):
    """This name and postal code are already a record: the person is offered to claim it."""

    def __init__(self, organisation: Organisation) -> None:
        super().__init__(
            f"«\u202f{organisation.name}\u202f» est déjà dans Mecenova. "
            "Demandez à la rejoindre\u00a0: l’équipe vérifie votre demande."
        )
        self.organisation = organisation


@transaction.atomic
def create_organisation(
    *,
    kind: str,
    name: str,
    postal_code: str,
    town: str = "",
    department: Territory | None = None,
    website: str = "",
    phone: str = "",
    manager: User | None,
    by: User | None,
    origin: str = Origin.SIGN_UP,
    status: str = OrganisationStatus.TO_CHECK,
) -> Organisation:
    """Enter an organisation once: the same kind, name and postal code raise OrganisationExists."""
    organisation = Organisation(
        kind=OrganisationKind(kind),
        name=clean_name(name, by=by),
        name_key=clean_key(name),
        postal_code=clean_postal_code(postal_code),
        town=one_line(town)[:120],
        website=website,
        phone=one_line(phone)[:30],
        origin=origin,
        status=status,
        checked_at=clock.now() if status == OrganisationStatus.CHECKED else None,
    )
    organisation.department = department or _department_of(organisation.postal_code)
    _insert_once(organisation)
    if manager is not None:
        Membership.objects.create(organisation=organisation, user=manager, role=Role.MANAGER)
        agenda.follow_members(organisation_id=organisation.pk, people=[manager.pk])
        end_sign_up(manager)
        follow_addresses_of(manager)
    if origin != Origin.IMPORT:  # An import's own report is the record of its rows.
        journal.record(organisation, "create", NEW, organisation.status, by)
    if status == OrganisationStatus.TO_CHECK:
        agenda.start(followups.StaffCheck, organisation)
    return organisation


@transaction.atomic
def update_organisation(
    *,
    organisation: Organisation,
    by: User | None,
    name: str,
    postal_code: str,
    town: str = "",
    website: str = "",
    phone: str = "",
) -> Organisation:
    """Correct who and where an organisation is; the département follows the postal code."""
    organisation = locked(organisation)
    if by is not None and not (policies.can_edit(by, organisation) or is_staff(by)):
        raise PermissionDenied
    former = organisation.name
    organisation.name = clean_name(name, by=by, former=former)
    organisation.name_key = clean_key(name)
    postal_code = clean_postal_code(postal_code)
    if postal_code != organisation.postal_code:
        organisation.postal_code = postal_code
        organisation.department = _department_of(postal_code)
    organisation.town = one_line(town)[:120]
    organisation.website = website
    organisation.phone = one_line(phone)[:30]
    try:
        with transaction.atomic():
            organisation.save()
    except IntegrityError:
        raise OrganisationExists(_same_record(organisation)) from None
    record_new_name(organisation, former, by=by)
    return organisation


@transaction.atomic
def check_organisation(*, organisation: Organisation, by: User | None) -> Organisation:
    """A person has looked: the organisation is a member. Twice in a row changes nothing more."""
    organisation = locked(organisation)
    if by is not None and not policies.can_check(by, organisation):
        raise PermissionDenied
    if organisation.is_checked:
        return organisation
    become_checked(organisation, "check", by=by)
    queue(notifications.OrganisationChecked, organisation, occurrence=_moment(organisation.checked_at))
    return organisation


def become_checked(organisation: Organisation, verb: str, *, by: User | None) -> None:
    """The transition shared by the staff's check and by an accepted claim; the caller holds the lock."""
    journal.advance(organisation, ORGANISATION, verb, by=by, checked_at=clock.now(), left_at=None)
    agenda.close(organisation, followups.StaffCheck, followups.Corrections, followups.CallForCorrections)
    signals.organisation_checked.send(Organisation, organisation=organisation, by=by)


def check_promised_by(organisation: Organisation) -> datetime | None:
    """The date promised for its check, while it waits for one."""
    step = agenda.next_step(organisation) if organisation.is_to_check else None
    return step.deadline if step else None


@transaction.atomic
def ask_for_changes(*, organisation: Organisation, message: str, by: User | None) -> Organisation:
    """Say what is missing before the organisation can be checked; its managers receive the message."""
    organisation = locked(organisation)
    if by is not None and not policies.can_check(by, organisation):
        raise PermissionDenied
    message = paragraphs(message)
    if not message:
        raise DomainError("Écrivez ce qui est à corriger\u00a0: ce message part à l’organisme.")
    line = journal.advance(organisation, ORGANISATION, "ask_for_changes", by=by, note=message)
    agenda.start(followups.Corrections, organisation)
    queue(notifications.ChangesAsked, organisation, occurrence=_moment(line.at))
    return organisation


@transaction.atomic
def resubmit_organisation(*, organisation: Organisation, by: User | None) -> Organisation:
    """The corrections are done: back to the staff. Already there, nothing changes."""
    organisation = locked(organisation)
    if by is not None and not policies.can_resubmit(by, organisation):
        raise PermissionDenied
    if organisation.is_to_check:
        return organisation
    journal.advance(organisation, ORGANISATION, "resubmit", by=by)
    agenda.start(followups.StaffCheck, organisation)
    return organisation


@transaction.atomic
def send_back_corrected(*, organisation: Organisation, by: User | None) -> Organisation:
    """One of its own people has just corrected something: if the team had asked, it goes back to the team.

    Called by every operation that writes what the team reads, so that neither waits for the other. Whoever
    corrects in their place sends nothing back.
    """
    if by is None or not policies.corrects(by, organisation):
        return organisation
    return resubmit_organisation(organisation=organisation, by=by)


def organisations_to_call() -> "QuerySet[Organisation]":
    """Asked to correct, reminded, and silent since (`to_call_since`): a person of the team calls."""
    owed = FollowUp.objects.steps().filter(rule=followups.CallForCorrections.name)
    began = owed.about_each(Organisation).values("since")
    return Organisation.objects.annotate(to_call_since=Subquery(began)).filter(to_call_since__isnull=False)


@transaction.atomic
def restart_corrections(*, organisation: Organisation) -> None:
    """The team has called about what is to be corrected: the organisation has its days again."""
    if agenda.close(organisation, followups.CallForCorrections):
        agenda.start(followups.Corrections, organisation)


@transaction.atomic
def withdraw_organisation(*, organisation: Organisation, by: User | None) -> Organisation:
    """The whole organisation leaves: listed nowhere, suggested to nobody, chased by no reminder.

    The rest of its people are told, and how to come back.
    """
    organisation = locked(organisation)
    if organisation.has_left:
        return organisation
    if by is not None and not policies.can_withdraw(by, organisation):
        raise PermissionDenied
    journal.advance(organisation, ORGANISATION, "leave", by=by, left_at=clock.now())
    invitations = organisation.invitations.waiting()
    agenda.close_many(list(invitations), outcome=Outcome.CANCELLED)
    invitations.delete()
    signals.organisation_left.send(Organisation, organisation=organisation, by=by)
    agenda.release_organisation(organisation_id=organisation.pk, by=by)
    # Last, when the rooms above have ended theirs: whatever they were answering meanwhile is closed too.
    agenda.close(organisation, outcome=Outcome.CANCELLED)
    queue(notifications.OrganisationWithdrawn, organisation, occurrence=_moment(organisation.left_at))
    return organisation


def locked(organisation: Organisation) -> Organisation:
    """The row as it is now, held until the end of the transaction.

    The first lock of every operation on an organisation, its team, its profile or what it publishes: rows are
    always taken from the organisation down (docs/adr/0014-one-order-of-locks.md). One that became part of
    another meanwhile is not there, as at its own address: whoever takes a row that can go does it this way.
    """
    return get_object_or_404(Organisation.objects.select_for_update(no_key=True), pk=organisation.pk)


def hold(organisations: "Collection[uuid.UUID] | QuerySet[Any, Any]") -> set[uuid.UUID]:
    """Take several at once, by key: two operations on the same two organisations never block each other.

    The keys of those taken. A query finds them as it takes them, where what was read of them before may have
    changed; one that became part of another while it was waited for is not among them.
    """
    rows = Organisation.objects.filter(pk__in=organisations).order_by("pk").select_for_update(no_key=True)
    return set(rows.values_list("pk", flat=True))


def end_sign_up(person: User) -> None:
    """What they came for is done: leaving a team one day will not send them back to the third screen."""
    if User.objects.filter(pk=person.pk).exclude(wanted_kind="").update(wanted_kind=""):
        agenda.close(person, followups.FinishSignUp)


def _insert_once(organisation: Organisation) -> None:
    # ON CONFLICT DO NOTHING: two people entering one organisation at once make one record, without a broken
    # transaction, and an import pays one statement for a new row.
    Organisation.objects.bulk_create([organisation], ignore_conflicts=True)
    existing = _same_record(organisation)
    if existing.pk != organisation.pk:
        raise OrganisationExists(existing)
    if existing.merged_into is not None:
        raise OrganisationExists(Organisation.objects.get(pk=existing.merged_into))


def _same_record(organisation: Organisation) -> Any:
    """The record of this name, with `merged_into`: the one that another of this name has become part of."""
    former = Merge.objects.filter(
        gone_kind=OuterRef("kind"),
        gone_name_key=OuterRef("name_key"),
        gone_postal_code=OuterRef("postal_code"),
    )
    return Organisation.objects.annotate(merged_into=Subquery(former.values("kept")[:1])).get(
        kind=organisation.kind, name_key=organisation.name_key, postal_code=organisation.postal_code
    )


def _department_of(postal_code: str) -> Territory | None:
    code = department_code(postal_code) if postal_code else None
    return Territory.objects.departments().filter(code=code).first() if code else None


def _moment(moment: datetime | None) -> str:
    """One mail per event: an organisation asked twice for changes is told twice."""
    return moment.isoformat() if moment else ""
