"""« Délais »: what is counted before each follow-up, changed by the team, never in silence."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from mecenova.agenda import operations
from mecenova.agenda.delays import Day, Table, days_in_words, history, tables
from mecenova.agenda.forms import DelayForm
from mecenova.agenda.rules import Delay
from mecenova.agenda.rules import delays as settable
from mecenova.team import for_the_team
from mecenova.ui.form_pages import show_form
from mecenova.workflow.errors import DomainError


@require_safe
@for_the_team
def delays(request: HttpRequest) -> HttpResponse:
    return render(request, "agenda/delays.html", {"tables": tables()})


@for_the_team
@transaction.atomic
def delay(request: HttpRequest, rule: str, day: int) -> HttpResponse:
    """One day of one rule: what is counted now, a form to change it, and all that was decided before."""
    found = next((each for each in settable() if each.name == rule), None)
    if found is None or day not in found.days or day == 0:
        raise Http404
    if request.method == "POST":
        operations.hold_delays_of(found)
    table = tables([found])[0]
    current = next(each for each in table.days if each.occurrence == day)
    form = DelayForm(request.POST or None, now={"days": current.days})
    if request.method == "POST" and form.is_valid():
        if again := form.taken_up():
            form = again
        elif _set(request, found, current, table, form):
            return redirect("agenda:delays")
    past = [(row, days_in_words(row.days)) for row in history(found) if row.occurrence == day]
    return show_form(request, "agenda/delay.html", form, table=table, current=current, past=past)


def _set(request: HttpRequest, found: type[Delay], current: Day, table: Table, form: DelayForm) -> bool:
    days = form.merged()["days"]
    try:
        operations.set_delay(rule=found, occurrence=current.occurrence, days=days, by=request.user)
    except DomainError as refused:
        form.add_error("days", refused.message)
        return False
    messages.success(request, f"«\u202f{table.title}\u202f»\u00a0: désormais {days_in_words(days)}.")
    return True
