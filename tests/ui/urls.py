"""A site of one page that shows every component, and the account pages: the room can be tried alone."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.urls import include, path

from mecenova.ui.forms import DateInput, FoldedCheckboxes

CAUSES = ["Handicap", "Précarité", "Emploi et insertion", "Éducation", "Environnement", "Culture", "Sport"]
REGIONS = [
    ("Hauts-de-France", [("59", "Nord"), ("62", "Pas-de-Calais"), ("80", "Somme")]),
    ("Bretagne", [("29", "Finistère"), ("35", "Ille-et-Vilaine")]),
]


class ProfileForm(forms.Form):
    name = forms.CharField(label="Nom de l'association", help_text="Tel qu'il est déclaré au registre.")
    email = forms.EmailField(label="Courriel de contact")
    city = forms.CharField(label="Commune", required=False)
    start = forms.DateField(label="Date de début", required=False, widget=DateInput())
    size = forms.ChoiceField(
        label="Taille",
        choices=[("s", "Bénévoles seulement"), ("m", "1 à 5 salariés")],
        widget=forms.RadioSelect,
    )
    causes = forms.MultipleChoiceField(
        label="Causes",
        help_text="Trois au plus.",
        choices=[(name.lower(), name) for name in CAUSES],
        widget=forms.CheckboxSelectMultiple,
    )
    places = forms.MultipleChoiceField(
        label="Territoires d’action", choices=REGIONS, widget=FoldedCheckboxes, required=False
    )
    purpose = forms.CharField(label="Ce que fait l'association", widget=forms.Textarea, required=False)
    agreed = forms.BooleanField(label="J’accepte que la fiche soit publiée")


class NeedFilter(forms.Form):
    q = forms.CharField(label="Mots", required=False)
    kind = forms.ChoiceField(
        label="Forme", required=False, choices=[("", "Toutes"), ("skills", "Compétences")]
    )
    causes = forms.MultipleChoiceField(
        label="Causes",
        required=False,
        choices=[(name.lower(), name) for name in CAUSES],
        widget=forms.CheckboxSelectMultiple,
    )


def step(what: str, owner: str) -> SimpleNamespace:
    return SimpleNamespace(
        what=what,
        what_to_you=what,
        owner="organisation",
        due_at=date(2026, 12, 8),
        deadline=date(2026, 12, 7),
        get_owner_display=lambda: owner,
        put_off=lambda: "",
    )


def gallery_values(request: HttpRequest) -> dict[str, object]:
    items = [f"Besoin numéro {number}" for number in range(1, 96)]
    bound = {"name": "", "email": "pas une adresse", "places": ["59"], "causes": ["sport"]}
    return {
        "mine_step": step("Répondre à la demande de l’association Les Ateliers du Canal", "L’organisme"),
        "their_step": step("Répondre à votre demande", "L’organisme"),
        "long_address": f"prenom.nom@{'associationsansespace' * 3}.example",
        "nothing": None,
        "sent_at": datetime(2026, 11, 16, 9, 0, tzinfo=UTC),
        "seen_at": datetime(2026, 11, 18, 23, 30, tzinfo=UTC),
        "answered_at": None,
        "parts": [("le numéro RNA", "#a"), "les publics", "le territoire d’action"],
        "causes": ["Éducation", "Sport"],
        "page_obj": Paginator(items, 3).get_page(request.GET.get("page", "4")),
        "filter_form": NeedFilter(request.GET),
        "form": ProfileForm(bound) if "erreurs" in request.GET else ProfileForm(initial={"places": ["59"]}),
    }


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    if "message" in request.GET:
        messages.success(request, "Votre projet est enregistré !")
    source = (Path(__file__).parent / "gallery.html").read_text(encoding="utf-8")
    return HttpResponse(engines["django"].from_string(source).render(gallery_values(request), request))


@login_not_required
def database_away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused")


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("a bug")


@login_not_required
def slow(request: HttpRequest) -> StreamingHttpResponse:
    """A page whose first bytes leave well before its words."""

    def parts() -> Iterator[str]:
        yield ""
        time.sleep(0.5)
        yield "<!doctype html><html lang='fr'><title>Lente</title><main><h1>Une page lente</h1></main></html>"

    return StreamingHttpResponse(parts())


urlpatterns = [
    path("gallery/", gallery, name="gallery"),
    path("base-absente/", database_away),
    path("casse/", broken),
    path("lente/", slow),
    path("compte/", include("allauth.account.urls")),
]
handler500 = "mecenova.ui.errors.server_error"
