"""Pages that show a form and receive it at one address."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def show_form(request: HttpRequest, template: str, form: BaseForm, **context: Any) -> HttpResponse:
    """The page with its form, as `form`: first shown, or sent and not taken."""
    return render(request, template, {"form": form, **context}, status=status_of(form))


def status_of(form: BaseForm) -> int:
    """422 when it is refused, 409 when somebody else wrote in the same fields meanwhile (`overtaken`)."""
    if getattr(form, "overtaken", ()):
        return 409
    return 422 if form.errors else 200
