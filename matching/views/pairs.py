"""For the team: the associations closest to a need, and the whole sum of one pair."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from associations.models import Association
from companies.models import Need
from matching.closest import closest_to
from matching.forms import PairForm
from matching.models import Round, Suggestion
from matching.pairs import look_at
from matching.remarks import remarks
from matching.scoring import SCORE_VERSION, WITHOUT_THEME, reasons
from matching.verdicts import told_to_team
from mecenova.team import for_the_team

ROUNDS_SHOWN = 10
CLOSEST_SHOWN = 20


@require_safe
@for_the_team
def choose_pair(request: HttpRequest) -> HttpResponse:
    """Read from the address: leads to the pair or to a need's closest, or asks again, beside the last rounds
    and what they could not do."""
    asked = request.GET if "besoin" in request.GET else None
    form = PairForm(asked, initial={"association": request.GET.get("association", "")})
    if form.is_valid():
        need, association = form.cleaned_data["besoin"], form.cleaned_data["association"]
        if association is None:
            return redirect("matching:closest", need=need.pk)
        return redirect("matching:pair", need=need.pk, association=association.pk)
    context = {"form": form, "rounds": Round.objects.all()[:ROUNDS_SHOWN]}
    return render(request, "matching/pair_choice.html", context)


@require_safe
@for_the_team
def closest(request: HttpRequest, need: uuid.UUID) -> HttpResponse:
    asked = get_object_or_404(Need.objects.select_related("company__organisation"), pk=need)
    context = {"need": asked, "rows": closest_to(asked, limit=CLOSEST_SHOWN)}
    return render(request, "matching/closest.html", context)


@require_safe
@for_the_team
def pair(request: HttpRequest, need: uuid.UUID, association: uuid.UUID) -> HttpResponse:
    needs = Need.objects.select_related("company__organisation", "company__policy")
    found = look_at(
        get_object_or_404(needs, pk=need),
        get_object_or_404(Association.objects.select_related("organisation"), pk=association),
    )
    context = {
        "pair": found,
        "verdict": told_to_team(found),
        "version": SCORE_VERSION,
        "without_theme": WITHOUT_THEME,
        "reasons": reasons(found.need_side, found.side, found.assessment, found.names.words),
        "remarks": remarks(Suggestion.objects.filter(need=need, association=association)),
        "stored_inputs": sorted(found.stored.inputs.items()) if found.stored else (),
    }
    return render(request, "matching/pair.html", context)
