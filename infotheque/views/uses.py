"""What is read: each document on line beside its counts of twelve months. Nothing says who read."""

import io
from datetime import date

from dateutil.relativedelta import relativedelta
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from infotheque.exports import write_uses
from infotheque.models import Document
from infotheque.models.document import DocumentQuerySet
from mecenova.calendar import clock
from mecenova.team import for_the_team

PAGE_SIZE = 50
MONTHS = 12
# What an address asks for, what is counted, and the head of the column.
ORDERS = {
    "ouvertures": ("opened", "Ouvertures"),
    "telechargements": ("downloaded", "Téléchargements"),
    "utile": ("useful", "Utile"),
    "peu-utile": ("not_useful", "Peu utile"),
}
FIRST = "ouvertures"


@require_safe
@for_the_team
def use_list(request: HttpRequest) -> HttpResponse:
    """Most read first, or by the column that the address asks for."""
    order = request.GET.get("tri", "")
    order = order if order in ORDERS else FIRST
    page = Paginator(_counted(order), PAGE_SIZE).get_page(request.GET.get("page"))
    columns = [(key, label, key == order) for key, (_, label) in ORDERS.items()]
    context = {"page_obj": page, "columns": columns, "since": _since()}
    return render(request, "infotheque/use_list.html", context)


@require_safe
@for_the_team
def use_file(request: HttpRequest) -> HttpResponse:
    """The same list, whole, for a spreadsheet."""
    text = io.StringIO(newline="")
    write_uses(text, _counted(FIRST))
    response = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    day = clock.today().isoformat()
    response["Content-Disposition"] = f'attachment; filename="infotheque-ce-qui-est-lu-{day}.csv"'
    return response


def _since() -> date:
    return clock.today() - relativedelta(months=MONTHS)


def _counted(order: str) -> DocumentQuerySet:
    return Document.objects.published().with_uses(since=_since()).most_first(ORDERS[order][0])
