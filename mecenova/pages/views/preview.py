"""All that will leave in the coming days if nobody acts, and the dry run of tonight."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from infotheque.models import DepositedFile
from mecenova.imports.models import ImportRun
from mecenova.pages.forms import PreviewForm
from mecenova.pages.subjects import name_of, page_of, with_subjects
from mecenova.rehearsal.enums import LineKind
from mecenova.rehearsal.models import Preview, PreviewLine
from mecenova.rehearsal.operations import ask_preview
from mecenova.team import for_the_team

TONIGHT, MONTH = PreviewForm.TONIGHT, PreviewForm.MONTH
PAGE_SIZE = 50


class _Line:
    """A line as the team reads it: what leaves, whom it is about and where to act, once that exists."""

    def __init__(self, line: PreviewLine) -> None:
        self.line = line
        # A mail about a person's own list is about whoever receives it: already said.
        known = line.subject is not None and not isinstance(line.subject, User)
        self.about = name_of(line.subject) if known else ""
        self.url = page_of(line.subject) if known else ""


@require_safe
@for_the_team
def preview(request: HttpRequest) -> HttpResponse:
    """The newest preview of tonight or of the month: its days, and the lines of one of them."""
    days = TONIGHT if request.GET.get("jours") == str(TONIGHT) else MONTH
    found, latest = Preview.objects.newest(days=days), Preview.objects.of_days(days).first()
    numbers = _numbers(found)
    day = _day(request.GET.get("jour", ""), numbers)
    lines = with_subjects(found.lines.all().on(day)) if found and day else PreviewLine.objects.none()
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "days": days,
        "month_url": f"{reverse('pages:preview')}?jours={MONTH}",
        "tonight_url": f"{reverse('pages:preview')}?jours={TONIGHT}",
        "preview": found,
        "latest": latest,
        "numbers": numbers,
        "totals": {kind: sum(day[kind] for day in numbers.values()) for kind in LineKind.values},
        "day": day,
        "page_obj": page,
        "lines": [_Line(line) for line in page],
        "files": ImportRun.objects.all().to_work_on().count() + DepositedFile.objects.all().waiting().count(),
    }
    return render(request, "pages/preview.html", context)


@require_POST
@for_the_team
def ask(request: HttpRequest) -> HttpResponse:
    form = PreviewForm(request.POST)
    days = form.cleaned_data["jours"] if form.is_valid() else MONTH
    ask_preview(days=days, by=request.user)
    messages.success(request, "L’aperçu est demandé\u00a0: il sera prêt dans quelques minutes.")
    return redirect(f"{reverse('pages:preview')}?jours={days}")


def _numbers(found: Preview | None) -> dict[date, dict[str, int]]:
    """How many mails, weekly letters and follow-ups fall on each day."""
    numbers: dict[date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(LineKind.values, 0))
    for row in found.lines.all().per_day() if found else ():
        numbers[row["day"]][row["kind"]] += row["number"]
    return dict(numbers)


def _day(text: str, numbers: dict[date, Any]) -> date | None:
    """The day asked for, when something falls on it; else the first one."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        asked = None
    return asked if asked in numbers else next(iter(numbers), None)
