"""Finding what an address names. What the reader may not see, or may not do here, answers 404."""

import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.enums import OrganisationKind
from accounts.models import Organisation, User
from companies.models import Company, Need
from companies.policies import Visitor
from mecenova.identifiers.keys import key_in
from mecenova.team import is_staff

Question = Callable[[Visitor, Company], bool]
NeedQuestion = Callable[[Visitor, Need], bool]


def company_or_404(request: HttpRequest, pk: uuid.UUID, may: Question) -> Company:
    companies = Company.objects.select_related("organisation__department", "sector", "policy")
    company = get_object_or_404(companies, pk=pk)
    if not may(request.user, company):
        raise Http404
    return company


def need_or_404(request: HttpRequest, pk: uuid.UUID, may: NeedQuestion) -> Need:
    needs = Need.objects.select_related("company__organisation", "company__policy", "company__sector")
    need = get_object_or_404(needs, pk=pk)
    if not may(request.user, need):
        raise Http404
    return need


def who_may_ask(user: Visitor) -> str:
    """A visitor, an association, a newcomer who is of no organisation yet; nothing: one who never asks."""
    if not isinstance(user, User):
        return "visitor"
    kinds = set(Organisation.objects.of(user).values_list("kind", flat=True))
    if OrganisationKind.ASSOCIATION in kinds:
        return "association"
    return "" if kinds or is_staff(user) else "newcomer"


def own_company_or_404(request: HttpRequest, may: Question) -> Company:
    """The company named by `?entreprise=`, or the first that the reader answers for."""
    named = request.GET.get("entreprise")
    if named:
        key = key_in(named)
        if key is None:
            raise Http404
        return company_or_404(request, key, may)
    mine = Company.objects.of(request.user).select_related("organisation")
    found = next((company for company in mine if may(request.user, company)), None)
    if found is None:
        raise Http404
    return found


def others_of(request: HttpRequest, chosen: Company) -> list[Company]:
    """Of the reader's own, those for which this could be done instead."""
    return list(Company.objects.of(request.user).exclude(pk=chosen.pk).select_related("organisation"))
