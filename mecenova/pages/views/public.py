"""What everybody may read: what the site is, and the honest odds."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from companies.models import Need
from matching.odds import by_cause_and_kind, case_of, odds, what_if
from mecenova.reference.enums import Kind
from mecenova.reference.forms import CaseForm
from mecenova.ui.parts import asks_part, show_part

NEEDS_SHOWN = 3
KINDS_IN_SHORT = {
    Kind.FINANCIAL: "Argent",
    Kind.IN_KIND: "Biens",
    Kind.SKILLS: "Compétences",
    Kind.VOLUNTEERING: "Bénévoles",
    Kind.CO_CONSTRUCTION: "Construire ensemble",
}


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "odds": odds(),
        "needs": Need.objects.answerable().with_details().most_pressing_first()[:NEEDS_SHOWN],
    }
    return render(request, "pages/home.html", context)


@login_not_required
@require_safe
def understand(request: HttpRequest) -> HttpResponse:
    """The odds of the reader's own case (alone for htmx), then those of the whole network."""
    form = CaseForm(request.GET or None)
    network = {}
    if not asks_part(request):
        network = {"network": odds(), "table": by_cause_and_kind(), "kinds": KINDS_IN_SHORT}
    return show_part(request, "pages/understand.html", form=form, **_answer(form), **network)


def _answer(form: CaseForm) -> dict[str, object]:
    """Nothing before something is asked, or of a case that does not exist. No choice at all is said."""
    if not form.is_valid() or not any(form.cleaned_data.values()):
        return {
            "odds": None,
            "nothing_chosen": form.is_valid() and not form.fields.keys().isdisjoint(form.data),
        }
    cause, place, kind = (form.cleaned_data[name] for name in ("cause", "departement", "forme"))
    case = case_of([cause.pk] if cause else [], place, [kind] if kind else [])
    said = [str(one) for one in (cause, place, Kind(kind).label if kind else None) if one]
    found, changes = what_if(case, place)
    return {"odds": found, "what_if": changes, "said": said}
