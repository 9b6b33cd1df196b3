"""Who of the team does what: a step taken on, handed over, taken back after an absence."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.pages.duties import colleagues, duty_of, passed_on
from mecenova.pages.forms import ColleagueForm
from mecenova.team import for_the_team
from mecenova.ui.form_pages import show_form
from mecenova.ui.returning import back_to_list
from mecenova.workflow.errors import DomainError


@require_POST
@for_the_team
def take_on(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Somebody of the team takes a duty on, from whoever had it; done meanwhile, the page says so."""
    follow_up = get_object_or_404(FollowUp, pk=pk)
    try:
        agenda.assign(follow_up=follow_up, to=request.user, by=request.user)
    except DomainError as error:
        messages.info(request, f"{follow_up.what}\u00a0: {error.message}")
    else:
        messages.success(request, f"C’est pour vous\u00a0: {follow_up.what}")
    return back_to_list(request, "pages:control_tower")


@for_the_team
def hand_over(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Given to a colleague who is there, from whoever had it; with who had it before."""
    follow_up = get_object_or_404(FollowUp, pk=pk)
    duty = duty_of(follow_up)
    if duty is None:
        messages.info(request, f"{follow_up.what}\u00a0: cette étape n’est plus à la charge de l’équipe.")
        return redirect("pages:control_tower")
    form = ColleagueForm(request.POST or None, colleagues=colleagues(but=duty.assigned_to))
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            agenda.assign(follow_up=follow_up, to=to, by=request.user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"C’est confié à {to}\u00a0: {duty.what}")
            return redirect("pages:control_tower")
    context = {"duty": duty, "passed_on": passed_on(follow_up)}
    return show_form(request, "pages/hand_over.html", form, **context)


@require_POST
@for_the_team
def take_back(request: HttpRequest) -> HttpResponse:
    """Back from an absence, all that others were given meanwhile, at once."""
    number = agenda.take_back(by=request.user)
    if number > 1:
        messages.success(request, f"{number} étapes sont de nouveau à votre charge.")
    elif number:
        messages.success(request, "Une étape est de nouveau à votre charge.")
    else:
        messages.info(request, "Il n’y avait plus rien à reprendre.")
    return redirect("pages:control_tower")
