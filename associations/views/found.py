"""Finding what a page is about, or answering 404 to whoever may not know that it exists."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from associations.models import Ask, Association, Project

Policy = Callable[[Any, Any], bool]


def association_or_404(request: HttpRequest, pk: UUID, policy: Policy) -> Association:
    return _allowed(request, get_object_or_404(Association.objects.for_readiness(), pk=pk), policy)


def project_or_404(request: HttpRequest, pk: UUID, policy: Policy) -> Project:
    return _allowed(request, get_object_or_404(Project.objects.for_page(), pk=pk), policy)


def ask_or_404(request: HttpRequest, pk: UUID, policy: Policy) -> Ask:
    asks = Ask.objects.select_related("project__association__organisation")
    return _allowed(request, get_object_or_404(asks, pk=pk), policy)


def _allowed(request: HttpRequest, subject: Any, policy: Policy) -> Any:
    if not policy(request.user, subject):
        raise Http404
    return subject
