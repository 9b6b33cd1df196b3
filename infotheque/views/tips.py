"""Suggestions of documents: given by anybody, decided by the team; and the team's settings."""

import uuid

from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from infotheque import operations
from infotheque.forms.document import SettingsForm, TipForm
from infotheque.models import CurationSettings, Tip
from infotheque.views.owed import with_duties
from mecenova.agenda.operations import next_step
from mecenova.agenda.wording import before
from mecenova.team import for_the_team
from mecenova.ui.form_pages import show_form
from mecenova.workflow.errors import DomainError

THANKS = "Merci. L’équipe lit chaque suggestion avant d’ajouter un document."
LATEST_DECIDED = 20


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="library_tip")
def tip_create(request: HttpRequest) -> HttpResponse:
    by = request.user if request.user.is_authenticated else None
    form = TipForm(request.POST or None, is_member=by is not None)
    if request.method == "POST" and form.is_valid():
        try:
            tip = operations.give_tip(by=by, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            is_told = by is not None or form.cleaned_data["visitor_address"]
            messages.success(request, f"{THANKS} {_when_told(tip)}" if is_told else THANKS)
            return redirect("infotheque:list")
    return show_form(request, "infotheque/tip_create.html", form)


def _when_told(tip: Tip) -> str:
    step = next_step(tip)
    return f"Vous recevrez un courriel quand elle aura décidé{before(step.deadline if step else None)}."


@require_safe
@for_the_team
def tip_list(request: HttpRequest) -> HttpResponse:
    tips = Tip.objects.for_list()
    context = {
        "waiting": with_duties(tips.waiting()),
        "decided": tips.exclude(decided_at=None).order_by("-decided_at")[:LATEST_DECIDED],
    }
    return render(request, "infotheque/tip_list.html", context)


@require_POST
@for_the_team
def tip_decide(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Accepted, it is a draft to complete; declined, it stays in the list of what was decided."""
    tip, decision = get_object_or_404(Tip, pk=pk), request.POST.get("decision")
    if decision not in {"accept", "decline"}:
        raise Http404
    try:
        if decision == "accept":
            document = operations.accept_tip(tip=tip, by=request.user)
            messages.success(request, "Un brouillon est créé\u00a0: complétez-le.")
            return redirect("infotheque:edit", document.pk)
        operations.decline_tip(tip=tip, by=request.user)
        messages.success(request, "La suggestion est écartée.")
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("infotheque:tips")


@require_http_methods(["GET", "HEAD", "POST"])
@for_the_team
def settings(request: HttpRequest) -> HttpResponse:
    form = SettingsForm(request.POST or None, instance=CurationSettings.load())
    if request.method == "POST" and form.is_valid():
        operations.set_curation(by=request.user, **form.cleaned_data)
        messages.success(request, "C’est enregistré.")
        return redirect("infotheque:settings")
    return show_form(request, "infotheque/settings.html", form)
