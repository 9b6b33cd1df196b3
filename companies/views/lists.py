"""The two public lists: one address answers the whole page and, to htmx, its results alone."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from companies.filters import CompanyFilter, NeedFilter
from companies.models import Company, Need

PER_PAGE = 20


@login_not_required
@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    found = NeedFilter(request.GET, queryset=Need.objects.current().with_details())
    writes_needs = request.user.is_authenticated and Company.objects.of(request.user).exists()
    return _results(request, "companies/need_list.html", found, {"writes_needs": writes_needs})


@login_not_required
@require_safe
def company_list(request: HttpRequest) -> HttpResponse:
    found = CompanyFilter(request.GET, queryset=Company.objects.listed().with_details())
    return _results(request, "companies/company_list.html", found, {})


def _results(request: HttpRequest, template: str, found: Any, context: dict[str, Any]) -> HttpResponse:
    page_obj = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    htmx = getattr(request, "htmx", None)
    fragment = bool(htmx) and not htmx.history_restore_request
    name = f"{template}#results" if fragment else template
    response = render(request, name, {"filter": found, "page_obj": page_obj, **context})
    patch_vary_headers(response, ["HX-Request"])
    return response
