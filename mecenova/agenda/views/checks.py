"""What goes wrong, shown to the team: rules that raise, and subjects found without a next step."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from mecenova.agenda import operations
from mecenova.agenda.followups import Repair
from mecenova.agenda.models import FollowUp, SilenceCheck
from mecenova.agenda.reading import shown
from mecenova.agenda.wording import telling_why
from mecenova.team import for_the_team
from mecenova.ui.returning import back_to_list

PAGE_SIZE = 25


@require_safe
@for_the_team
def errors(request: HttpRequest) -> HttpResponse:
    rows = FollowUp.objects.all().in_error().select_related("subject_type").order_by("due_at", "id")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "agenda/errors.html", {"page_obj": page, "lines": shown(page)})


@require_POST
@for_the_team
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    operations.retry_now(follow_up=get_object_or_404(FollowUp, pk=pk), by=request.user)
    messages.success(request, "La relance repart dans la minute. Si elle échoue encore, elle reste ici.")
    return back_to_list(request, "agenda:errors")


@require_safe
@for_the_team
def silence(request: HttpRequest) -> HttpResponse:
    """The last checks, and what is still being repaired."""
    page = Paginator(SilenceCheck.objects.all(), PAGE_SIZE).get_page(request.GET.get("page"))
    steps = FollowUp.objects.steps().filter(rule=Repair.name)
    repairs = steps.select_related("subject_type", "assigned_to").order_by("deadline", "id")[:PAGE_SIZE]
    telling_why(repairs)
    context = {"page_obj": page, "repairs": shown(repairs), "repairs_count": steps.count()}
    return render(request, "agenda/silence.html", context)
