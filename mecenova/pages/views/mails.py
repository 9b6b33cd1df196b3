"""All that the site has written, for the team: each mail can be read, with what became of it."""

import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.models import Organisation
from mecenova.mail.models import OutgoingMail
from mecenova.pages.forms import MailSearchForm
from mecenova.pages.mails import found_mails, mails_of
from mecenova.team import for_the_team

PAGE_SIZE = 25


@require_safe
@for_the_team
def mails(request: HttpRequest) -> HttpResponse:
    """Of everybody, or found by an address or the name of an organisation."""
    form = MailSearchForm(request.GET)
    found = found_mails(form.cleaned_data["q"]) if form.is_valid() else OutgoingMail.objects.none()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "pages/mails.html", {"page_obj": page, "form": form, "organisation": None})


@require_safe
@for_the_team
def organisation_mails(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    organisation = get_object_or_404(Organisation, pk=pk)
    page = Paginator(mails_of(organisation), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "organisation": organisation}
    return render(request, "pages/mails.html", context)
