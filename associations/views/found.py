"""Finding what a page is about, or answering 404 to whoever may not know that it exists."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from associations.models import Ask, Association, Project
from mecenova.workflow.errors import DomainError

Policy = Callable[[Any, Any], bool]


def association_or_404(request: HttpRequest, pk: UUID, policy: Policy) -> Association:
    return _allowed(request, get_object_or_404(Association.objects.for_readiness(), pk=pk), policy)


def project_or_404(request: HttpRequest, pk: UUID, policy: Policy) -> Project:
    return _allowed(request, get_object_or_404(Project.objects.for_page(), pk=pk), policy)


def ask_or_404(request: HttpRequest, pk: UUID, policy: Policy) -> Ask:
    asks = Ask.objects.select_related("project__association__organisation")
    return _allowed(request, get_object_or_404(asks, pk=pk), policy)


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
