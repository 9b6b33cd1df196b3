"""The observatory of waiting: for everybody, and with names for the team."""

import io
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from mecenova.calendar import clock
from mecenova.pages.observatory import tables
from mecenova.pages.observatory.figures import DIMENSIONS, FIGURES
from mecenova.pages.observatory.forms import LookForm
from mecenova.pages.observatory.longest import longest
from mecenova.pages.observatory.remembered import public, team
from mecenova.pages.observatory.report import Report
from mecenova.team import for_the_team


@login_not_required
@require_safe
def observatory(request: HttpRequest) -> HttpResponse:
    return _page(request, public(), "pages:observatory_file", {})


@login_not_required
@require_safe
def observatory_file(request: HttpRequest, slug: str) -> HttpResponse:
    return _file(public(), slug)


@require_safe
@for_the_team
def team_observatory(request: HttpRequest) -> HttpResponse:
    """The same page with nothing hidden, and who has been waiting the longest as it is read."""
    waiting = [(FIGURES[slug].title, lines) for slug, lines in longest().items()]
    return _page(request, team(), "pages:team_observatory_file", {"longest": waiting})


@require_safe
@for_the_team
def team_observatory_file(request: HttpRequest, slug: str) -> HttpResponse:
    return _file(team(), slug)


def _page(request: HttpRequest, report: Report, file_url: str, more: dict[str, Any]) -> HttpResponse:
    """One figure along one dimension at a time: two filters never cross into a small group."""
    form = LookForm(request.GET, places=report.places)
    chosen = form.chosen()
    context = {
        "report": report,
        "form": form,
        "figure": FIGURES[chosen["mesure"]],
        "table": report.tables[f"{chosen['mesure']}-{DIMENSIONS[chosen['vue']]}"],
        "place": report.map.area(chosen["departement"]),
        "file_url": file_url,
        **more,
    }
    return render(request, "pages/observatory.html", context)


def _file(report: Report, slug: str) -> HttpResponse:
    table = report.tables.get(slug)
    if table is None:
        raise Http404
    text = io.StringIO(newline="")
    tables.write(text, table)
    day = clock.paris(report.computed_at).date().isoformat()
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="mecenova-{slugify(table.title)}-{day}.csv"'
    return response
