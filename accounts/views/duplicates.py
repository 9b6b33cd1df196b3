"""The team looks at records that may be one organisation, tells them apart, or makes them one."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import operations, policies
from accounts.models import Duplicate, Merge, Organisation
from accounts.operations.duplicates import RecordGone
from accounts.operations.merge_log import what_was_said
from accounts.operations.merges import (
    compare,
    opposed_numbers,
    team_after,
    who_steps_back,
    why_not,
    will_be_checked,
)
from accounts.operations.sides import attached_to, pairs_to_look_at
from mecenova.mail.departure import leaves
from mecenova.team import for_the_team
from mecenova.ui.returning import back_to_list
from mecenova.workflow.attempts import attempt
from mecenova.workflow.errors import DomainError

PAIRS_PER_PAGE = 10
MERGES_PER_PAGE = 20


@require_safe
@for_the_team
def duplicates(request: HttpRequest) -> HttpResponse:
    found = Duplicate.objects.to_look_at().with_records()
    page = Paginator(found, PAIRS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "pairs": pairs_to_look_at(list(page))}
    return render(request, "accounts/duplicates.html", context)


@require_safe
@for_the_team
def merges(request: HttpRequest) -> HttpResponse:
    """The log: who made one of which records, when, and what stayed out."""
    found = Merge.objects.select_related("kept", "by")
    page = Paginator(found, MERGES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/merges.html", {"page_obj": page, "merges": what_was_said(list(page))})


@require_safe
@for_the_team
def comparison(request: HttpRequest, kept: uuid.UUID, gone: uuid.UUID) -> HttpResponse:
    """Both records field by field, and what would remain: nothing is done before it is confirmed."""
    return _made_one(request, kept, gone) or _show(request, _record(kept), _record(gone))


@require_POST
@for_the_team
def tell_apart(request: HttpRequest, kept: uuid.UUID, gone: uuid.UUID) -> HttpResponse:
    if answer := _made_one(request, kept, gone):
        return answer
    done = "C’est noté\u00a0: ces deux fiches ne vous seront plus proposées ensemble."
    attempt(request, done, operations.tell_apart, one=_record(kept), other=_record(gone))
    return back_to_list(request, "accounts:duplicates")


@require_POST
@for_the_team
def merge(request: HttpRequest, kept: uuid.UUID, gone: uuid.UUID) -> HttpResponse:
    if answer := _made_one(request, kept, gone):
        return answer
    one, other = _record(kept), _record(gone)
    confirmed = request.POST.get("numbers_confirmed") == "on"
    try:
        operations.merge_organisations(kept=one, gone=other, by=request.user, numbers_confirmed=confirmed)
    except RecordGone as error:
        messages.error(request, error.message)
        return back_to_list(request, "accounts:duplicates")
    except DomainError as error:
        return _show(request, one, other, error.message, status=422)
    except PermissionDenied:
        raise Http404 from None
    written = f" Le courriel à ses membres {leaves()}." if one.memberships.exists() else ""
    messages.success(request, f"Les deux fiches n’en font plus qu’une\u00a0: {one.name}.{written}")
    return back_to_list(request, "accounts:duplicates")


def _made_one(request: HttpRequest, kept: uuid.UUID, gone: uuid.UUID) -> HttpResponse | None:
    """Where these two lead once a colleague, or another tab, has merged one; None while both stand."""
    stands = {pk: Merge.objects.kept_instead_of(pk) for pk in (kept, gone)}
    if not any(stands.values()):
        return None
    now = [found.pk if found else pk for pk, found in stands.items()]
    if now[0] == now[-1]:
        name = next(found.name for found in stands.values() if found)
        messages.info(request, f"C’était déjà fait\u00a0: ces deux fiches n’en font plus qu’une, {name}.")
        return back_to_list(request, "accounts:duplicates")
    messages.info(
        request, "L’une des deux avait déjà été réunie à une autre\u00a0: voici celle qui la remplace."
    )
    return redirect(reverse("accounts:comparison", args=now, query=request.GET))


def _record(pk: uuid.UUID) -> Organisation:
    return get_object_or_404(Organisation.objects.select_related("department"), pk=pk)


def _show(
    request: HttpRequest, kept: Organisation, gone: Organisation, refusal: str = "", status: int = 200
) -> HttpResponse:
    reason = why_not(kept, gone)
    context = {
        "kept": kept,
        "gone": gone,
        "refusal": refusal,
        "reason": reason,
        "opposed": [] if reason else opposed_numbers(kept, gone),
        "lines": [] if reason else compare(kept, gone),
        "attached": attached_to(gone),
        "people": [] if reason else team_after(kept, gone),
        "newcomers": [] if reason else who_steps_back(kept, gone).select_related("user"),
        "will_be_checked": not reason and will_be_checked(kept, gone),
        "may_merge": all(policies.can_merge(request.user, each) for each in (kept, gone)),
        "swapped_url": reverse("accounts:comparison", args=[gone.pk, kept.pk], query=request.GET),
    }
    return render(request, "accounts/comparison.html", context, status=status)
