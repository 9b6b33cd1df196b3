"""What everybody may read: what the site is, and the honest odds."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from companies.models import Need
from matching.odds import odds, odds_by_cause
from mecenova.pages.forms import OddsForm

NEEDS_SHOWN = 3


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "odds": odds(),
        "needs": Need.objects.current().with_details().most_pressing_first()[:NEEDS_SHOWN],
    }
    return render(request, "pages/home.html", context)


@login_not_required
@require_safe
def understand(request: HttpRequest) -> HttpResponse:
    """The odds of the whole network by cause, and those of the reader's own case."""
    form = OddsForm(request.GET or None)
    asked = form.is_valid() and any(form.cleaned_data.values())
    context = {
        "form": form,
        "network": odds(),
        "by_cause": odds_by_cause(),
        "asked": asked,
        "own": _own_odds(form) if asked else None,
    }
    return render(request, "pages/understand.html", context)


def _own_odds(form: OddsForm) -> object:
    cause = form.cleaned_data["cause"]
    return odds(
        cause_ids=[cause.pk] if cause else [],
        department=form.cleaned_data["departement"],
        kind=form.cleaned_data["forme"] or None,
    )
