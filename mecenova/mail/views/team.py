"""For the team: mails that nobody will receive, addresses that receive nothing, and what to do about them."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from mecenova.calendar import clock
from mecenova.mail.models import AddressTrouble, DeliveryAttempt, DigestLine, OutgoingMail
from mecenova.mail.operations import leaving_again, mend_address, mend_addresses_of, retry_failed
from mecenova.team import for_the_team
from mecenova.ui.figures import day_and_hour
from mecenova.ui.returning import back_to_list

PAGE_SIZE = 25


@require_safe
@for_the_team
def failed(request: HttpRequest) -> HttpResponse:
    """Mails failed or late, lines in error, addresses in trouble: nothing else keeps news from a person."""
    mails = OutgoingMail.objects.failed().select_related("recipient").defer("text", "html").newest_first()
    late = OutgoingMail.objects.all().overdue(clock.now()).defer("text", "html").order_by("due_at", "id")
    troubles = AddressTrouble.objects.open().select_related("user")
    lines = DigestLine.objects.all().in_error().select_related("recipient").order_by("due_at", "id")
    context = {
        "refusal": DeliveryAttempt.objects.refusing_all().first(),
        "page_obj": Paginator(mails, PAGE_SIZE).get_page(request.GET.get("page")),
        "troubles": Paginator(troubles, PAGE_SIZE).get_page(request.GET.get("adresses")),
        "late_mails": Paginator(late, PAGE_SIZE).get_page(request.GET.get("retards")),
        "lines": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("lignes")),
    }
    return render(request, "mail_pages/failed.html", context)


@require_POST
@for_the_team
def retry(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Put one mail back in the queue, once what stopped it is mended."""
    mail = get_object_or_404(OutgoingMail, pk=pk)
    if retry_failed(mails=OutgoingMail.objects.filter(pk=mail.pk), by=request.user):
        mail.refresh_from_db(fields=["retry_at"])
        waits = mail.retry_at is not None and mail.retry_at > clock.now()
        when = day_and_hour(mail.retry_at) if waits else "dans la minute"
        messages.success(request, f"Le courriel est remis en file\u00a0: il part {when}.")
    else:
        messages.info(request, "Ce courriel n’est pas en échec\u00a0: rien n’a été changé.")
    return redirect(mail)


@require_POST
@for_the_team
def mend(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The person has confirmed that this address receives again."""
    trouble = get_object_or_404(AddressTrouble, pk=pk)
    number = mend_address(trouble=trouble, by=request.user)
    if number is None:
        messages.info(request, "Cette adresse était déjà réglée.")
    else:
        messages.success(request, f"Nous écrivons de nouveau à cette adresse. {leaving_again(number)}")
    return back_to_list(request, "mail:failed")


@require_POST
def mend_own(request: HttpRequest) -> HttpResponse:
    """« Mon adresse fonctionne »: its holder says so; should it refuse again, it will be marked again."""
    number = mend_addresses_of(user=request.user, by=request.user)
    if number is None:
        messages.info(request, "Rien n’était à régler\u00a0: nous écrivons déjà à votre adresse.")
    else:
        messages.success(request, f"Merci. Nous écrivons de nouveau à votre adresse. {leaving_again(number)}")
    return redirect("accounts:person")
