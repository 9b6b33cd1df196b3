"""The life of a need: written, published, closed, and published again."""

import uuid
from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404

from accounts.models import Organisation, User
from accounts.operations import edit_told, locked, send_back_corrected
from companies.enums import NeedStatus, WhoseTime
from companies.followups import heard_from, refresh_step, restart_need_step
from companies.models import Company, Need
from companies.notifications import NeedClosed
from companies.operations.profile import lock
from companies.policies import can_close_need, can_create_need, can_edit_need, can_publish_need
from companies.readiness import NEED_FIELDS, missing_from_need
from companies.signals import need_changed, need_closed, need_published
from companies.workflow import NEED
from mecenova.calendar import clock
from mecenova.calendar.reach import too_far
from mecenova.identifiers.models import new_key
from mecenova.identifiers.text import one_line, paragraphs
from mecenova.mail.operations import queue
from mecenova.readiness import in_words
from mecenova.reference.enums import Kind
from mecenova.workflow.errors import DomainError, SomebodyElses
from mecenova.workflow.journal import advance, record, was_begun_by
from mecenova.workflow.machine import NEW

LISTS = frozenset({"causes", "audiences", "territories", "skills"})
DATES = ("deadline", "starts_on", "ends_on")
# Whatever its kind says beside them (`NEED_FIELDS`).
FIELDS = frozenset({"title", "description", "causes", "audiences", "territories", "deadline"})
WORK_TIME_IS_SKILLS = (
    "Une action sur le temps de travail n’est pas du bénévolat\u00a0: c’est du mécénat de compétences. "
    "Publiez ce besoin sous cette forme\u00a0: vos salariés restent payés, et le cadre légal est le bon."
)


@transaction.atomic
def create_need(
    *, company: Company, by: User | None, kind: str, id: uuid.UUID | None = None, **values: Any
) -> Need:
    """A draft. `id` is drawn by the form when it is shown: sent twice, it gives the same need.

    Whoever goes back, corrects and sends it again is heard: a draft of theirs takes the new words.
    """
    company = lock(company)
    if by is not None and not can_create_need(by, company):
        raise PermissionDenied
    _refuse_who_has_left(company)
    _refuse_what_cannot_be(kind, values)
    key = id or new_key(Need)
    values = {name: _tidy(name, value) for name, value in values.items()}
    scalars = {name: value for name, value in values.items() if name not in LISTS}
    try:
        with transaction.atomic():
            need = Need.objects.create(id=key, company=company, kind=kind, **scalars)
    except IntegrityError:
        sent_before = Need.objects.filter(pk=key).first()
        if sent_before is None:
            raise
        return _said_again(sent_before, company, kind, values, by)
    for name in LISTS & set(values):
        getattr(need, name).add(*values[name])
    record(need, "create", NEW, need.status, by)
    restart_need_step(need)
    return need


def _said_again(need: Need, company: Company, kind: str, values: dict[str, Any], by: User | None) -> Need:
    if need.company_id != company.pk:
        raise SomebodyElses
    if need.kind != kind:
        raise DomainError("Ce formulaire a déjà servi. Rouvrez la page pour écrire un besoin.")
    if need.is_draft and was_begun_by(need, by):
        return update_need(need=need, by=by, **values)
    if any(getattr(need, name) != value for name, value in values.items() if name not in LISTS):
        raise DomainError(
            f"Ce besoin est déjà enregistré ({need.get_status_display()}), sous le titre "
            f"«\u202f{need.title}\u202f». Ouvrez-le depuis la page de votre entreprise pour le corriger."
        )
    return need


@transaction.atomic
def update_need(*, need: Need, by: User | None, **changes: Any) -> Need:
    """Write what changed. A published need stays published; `need_changed` tells those who follow it."""
    need = lock_need(need)
    if by is not None and not can_edit_need(by, need):
        raise PermissionDenied
    _refuse_what_cannot_be(need.kind, changes)
    if need.status == NeedStatus.PUBLISHED and "deadline" in changes:
        _refuse_a_past_deadline(changes["deadline"])
    with edit_told(need.company.organisation, Need.objects.filter(pk=need.pk), by=by, of=need):
        for name in set(changes) - LISTS:
            setattr(need, name, _tidy(name, changes[name]))
        need.save()
        _set_lists(need, changes)
    if need.status == NeedStatus.PUBLISHED:
        if by is not None:
            _refuse_the_incomplete(need)
        restart_need_step(need)
        _send_back(need, by)
        need_changed.send(sender=Need, company=need.company, need=need, by=by)
    return need


@transaction.atomic
def publish_need(*, need: Need, by: User | None) -> Need:
    """Show the need. A person must complete it first; what an import could not say is shown as missing."""
    need = lock_need(need)
    if by is not None and not can_publish_need(by, need):
        raise PermissionDenied
    NEED.target("publish", need.status)
    _refuse_who_has_left(need.company)
    _refuse_a_past_deadline(need.deadline)
    if by is not None:
        _refuse_the_incomplete(need)
    advance(need, NEED, "publish", by=by, published_at=clock.now(), closed_at=None)
    restart_need_step(need)
    _send_back(need, by)
    heard_from(need.company.organisation, by)
    need_published.send(sender=Need, company=need.company, need=need, by=by)
    return need


@transaction.atomic
def close_need(*, need: Need, by: User | None) -> Need:
    """Take the need off the lists; its page stays readable."""
    need = lock_need(need)
    if by is not None and not can_close_need(by, need):
        raise PermissionDenied
    advance(need, NEED, "close", by=by, closed_at=clock.now())
    restart_need_step(need)
    _send_back(need, by)
    refresh_step(need.company.organisation)
    if by is None and not need.company.organisation.has_left:
        queue(NeedClosed, need, occurrence=f"{need.closed_at:%Y%m%d}")
    need_closed.send(sender=Need, company=need.company, need=need, by=by)
    return need


def lock_need(need: Need) -> Need:
    """The need as it is now, held until the end with its organisation, which is taken first."""
    locked(need.company.organisation)
    needs = Need.objects.select_related("company__organisation", "company__policy")
    return get_object_or_404(needs.select_for_update(of=("self",), no_key=True), pk=need.pk)


def hold_current(needs: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Of these needs, those that people may answer at this moment, held until the end by their companies.

    Nobody is waited for: what somebody of the company is changing or closing now is not among them.
    """
    theirs = Need.objects.filter(pk__in=needs).order_by().values("company__organisation")
    free = Organisation.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=theirs)
    held = list(free.order_by("pk").values_list("pk", flat=True))
    current = Need.objects.current().filter(pk__in=needs, company__organisation__in=held)
    return set(current.order_by().values_list("pk", flat=True))


def _send_back(need: Need, by: User | None) -> None:
    """The team reads the needs ready to appear as it checks the company: it may have asked about this one."""
    company = need.company
    company.organisation = send_back_corrected(organisation=company.organisation, by=by)


def _tidy(name: str, value: Any) -> Any:
    """Texts without control characters: one line for those shown in lists."""
    if name in {"description", "question"}:
        return paragraphs(value)
    return one_line(value) if name in {"title", "goods"} else value


def _set_lists(need: Need, values: dict[str, Any]) -> None:
    for name in LISTS & set(values):
        getattr(need, name).set(values[name])


def _refuse_who_has_left(company: Company) -> None:
    """Even the platform itself opens nothing there: nobody would answer for it."""
    if company.organisation.has_left:
        raise DomainError("Cette entreprise a quitté Mecenova\u00a0: elle ne publie plus de besoin.")


def _refuse_what_cannot_be(kind: str, values: dict[str, Any]) -> None:
    if unknown := set(values) - FIELDS - set(NEED_FIELDS[kind]):
        raise TypeError(f"A need of this kind has no {', '.join(sorted(unknown))}")
    if kind == Kind.VOLUNTEERING and values.get("whose_time") == WhoseTime.WORK:
        raise DomainError(WORK_TIME_IS_SKILLS)
    for name in DATES:
        if refusal := too_far(values.get(name)):
            raise DomainError(refusal)


def _refuse_a_past_deadline(deadline: Any) -> None:
    if deadline is not None and deadline < clock.today():
        raise DomainError(
            "La date limite de ce besoin est passée. Choisissez une date à venir, puis publiez-le."
        )


def _refuse_the_incomplete(need: Need) -> None:
    if missing := missing_from_need(need):
        raise DomainError(f"Avant de publier, il reste à dire\u00a0: {in_words(missing)}.")
