"""The two public lists."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from companies.filters import CompanyFilter, NeedFilter
from companies.models import Company, Need
from mecenova.ui.results import show_results


@login_not_required
@require_safe
def need_list(request: HttpRequest) -> HttpResponse:
    found = NeedFilter(request.GET, queryset=Need.objects.answerable().with_details())
    writes_needs = request.user.is_authenticated and Company.objects.of(request.user).exists()
    return show_results(request, "companies/need_list.html", found, writes_needs=writes_needs)


@login_not_required
@require_safe
def company_list(request: HttpRequest) -> HttpResponse:
    found = CompanyFilter(request.GET, queryset=Company.objects.listed().with_details())
    return show_results(request, "companies/company_list.html", found)
