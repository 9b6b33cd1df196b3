"""What the team has people read, and what came after."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mecenova.pages.readings import effects
from mecenova.team import for_the_team


@require_safe
@for_the_team
def readings(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/readings.html", {"effects": effects()})
