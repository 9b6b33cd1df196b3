"""Why an association was not shown: in general, or for one need; and what would change it."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from companies.models import Need
from matching.applicant import applicant
from matching.openings import changes_of, openings_of, opens
from matching.pairs import look_at
from matching.scoring import reasons_to_answer
from matching.verdicts import TOLD_IN_SHORT, told_to_association
from matching.views.whose import whose_or_404
from partnerships.policies import why_not_yet


@require_safe
def why_not_shown(request: HttpRequest) -> HttpResponse:
    """Of all open needs: those that suit it, what stops the others, what a change would open."""
    whose = whose_or_404(request)
    found = openings_of(applicant(whose.association))
    stopped = [(TOLD_IN_SHORT[name], number) for name, number in found.stopped.items()]
    context = whose.context() | {"found": found, "stopped": stopped}
    return render(request, "matching/why_not_shown.html", context)


@require_safe
def why_not_for(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One open need and my association, whole."""
    whose = whose_or_404(request)
    association = whose.association
    needs = Need.objects.visible().select_related("company__organisation", "company__policy")
    pair = look_at(get_object_or_404(needs, pk=pk), association)
    changes = []
    if pair.stored is None and not pair.is_suited:
        changes = [
            change
            for change in changes_of(association, pair.side, pair.names)
            if opens(change, pair.need_side, pair.names.related)
        ]
    context = whose.context() | {
        "need": pair.need,
        "told": told_to_association(pair),
        "changes": changes,
        "suits": pair.is_suited,
        "not_yet": why_not_yet(association.organisation),
        "reasons": reasons_to_answer(pair.need_side, pair.side, pair.assessment, pair.names.words),
    }
    return render(request, "matching/why_not_for.html", context)
