"""Finding what a page is about, or answering 404 to whoever may not know that it exists."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.policies import is_member
from associations.models import Ask, Association, Project
from infotheque.models import Prescription
from mecenova.agenda.enums import Owner
from mecenova.agenda.operations import next_step
from mecenova.workflow.errors import DomainError

Policy = Callable[[Any, Any], bool]


def association_or_404(request: HttpRequest, pk: UUID, policy: Policy) -> Association:
    return _allowed(request, get_object_or_404(Association.objects.for_readiness(), pk=pk), policy)


def project_or_404(request: HttpRequest, pk: UUID, policy: Policy) -> Project:
    return _allowed(request, get_object_or_404(Project.objects.for_page(), pk=pk), policy)


def ask_or_404(request: HttpRequest, pk: UUID, policy: Policy) -> Ask:
    asks = Ask.objects.select_related("project__association__organisation")
    return _allowed(request, get_object_or_404(asks, pk=pk), policy)


def step_values(request: HttpRequest, association: Association, subject: Model) -> dict[str, Any]:
    """The next step of a page, whether the reader is the one who owes it, and what to read for it."""
    step = next_step(subject)
    owed_by_association = step is not None and step.owner == Owner.ORGANISATION
    mine = owed_by_association and is_member(request.user, association.organisation)
    reading = [step] if mine else []
    return {
        "to_read": Prescription.objects.to_read(association.organisation_id, steps=reading),
        "step": step,
        "step_is_mine": mine,
        "step_who": association.organisation.name if owed_by_association else "",
    }


def attempt(request: HttpRequest, done: str, operation: Callable[..., Any], **values: Any) -> bool:
    """Call the operation; say that it is done, or why it is refused."""
    try:
        operation(by=request.user, **values)
    except DomainError as refused:
        messages.error(request, refused.message)
        return False
    messages.success(request, done)
    return True


def _allowed(request: HttpRequest, subject: Any, policy: Policy) -> Any:
    if not policy(request.user, subject):
        raise Http404
    return subject
