"""What the reader looks at: one figure, along one dimension, and a département on the map."""

from collections.abc import Iterable
from typing import Any

from django import forms

from mecenova.pages.observatory.figures import DIMENSIONS, FIGURES

FIRST = {"mesure": "introduction", "vue": "cause", "departement": ""}


class LookForm(forms.Form):
    """Always answered: what the reader did not choose is the first view. An unknown answer is said."""

    mesure = forms.ChoiceField(
        label="Mesure", choices=[(figure.slug, figure.title) for figure in FIGURES.values()], required=False
    )
    vue = forms.ChoiceField(
        label="Par",
        choices=[(slug, name.capitalize()) for slug, name in DIMENSIONS.items()],
        required=False,
    )
    departement = forms.ChoiceField(label="Département sur la carte", required=False)

    def __init__(self, given: Any, *, places: Iterable[tuple[str, str]]) -> None:
        super().__init__({name: given.get(name) or first for name, first in FIRST.items()})
        self.fields["departement"].choices = [("", "Toute la France"), *places]  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, str]:
        """What to show; the first view stands for whatever is not understood."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or first for name, first in FIRST.items()}
