"""The association's side: to whom it was presented and what came of it; the needs that suit it now."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from companies.models import Need
from matching.applicant import applicant
from matching.models import Suggestion
from matching.odds import case_of_association, odds_of, places_of
from matching.presented import presentations as told
from matching.scoring import reasons_to_answer
from matching.suited import SUITED_SHOWN, suited_needs, why_none
from matching.views.whose import whose_or_404
from partnerships.enums import Side
from partnerships.models import Introduction
from partnerships.policies import already_asked, why_not_yet

PER_PAGE = 20


@require_safe
def presentations(request: HttpRequest) -> HttpResponse:
    """Every time an association of mine was presented: when, to whom, what came of it."""
    whose = whose_or_404(request)
    shown = (
        Suggestion.objects.filter(association__in=whose.all).with_parties().order_by("-presented_at", "pk")
    )
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    case = case_of_association(whose.association, places_of(whose.association))
    context = whose.context() | {
        "page_obj": page,
        "rows": told(page),
        "odds": odds_of(case),
        "nationwide": case.is_nationwide,
    }
    return render(request, "matching/presentations.html", context)


@require_safe
def suited(request: HttpRequest) -> HttpResponse:
    """The open needs that suit an association of mine, with the reasons a round would give."""
    whose = whose_or_404(request)
    association = whose.association
    found = suited_needs(applicant(association), limit=SUITED_SHOWN)
    needs = Need.objects.with_details().in_bulk([candidate.need.id for candidate in found.candidates])
    living = Introduction.objects.living().filter(association=association, need__in=needs)
    asked = {one.need_id: (one, already_asked(one, Side.ASSOCIATION)) for one in living}
    rows = [
        (
            needs[candidate.need.id],
            reasons_to_answer(candidate.need, candidate.association, candidate.assessment, found.names.words),
            *asked.get(candidate.need.id, (None, "")),
        )
        for candidate in found.candidates
    ]
    # What can still be answered comes first.
    rows.sort(key=lambda row: row[2] is not None)
    context = whose.context() | {
        "rows": rows,
        "why_none": why_none(association, found),
        "not_yet": why_not_yet(association.organisation),
    }
    return render(request, "matching/suited_needs.html", context)
