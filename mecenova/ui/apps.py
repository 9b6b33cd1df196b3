from typing import Any

from django import forms
from django.apps import AppConfig

from mecenova.ui.figures import integer


class Numbered(str):
    """A message whose numbers are written as on the pages: « 10 000 »."""

    def __mod__(self, values: Any) -> str:
        said = {name: integer(each) if isinstance(each, int) else each for name, each in values.items()}
        return super().__mod__(said)


# Django speaks of « cette valeur ».
TOO_LONG = Numbered(
    "C’est trop long\u00a0: %(limit_value)s caractères au plus, et il y en a %(show_value)s. "
    "Rien n’est perdu\u00a0: raccourcissez, puis envoyez de nouveau."
)
TOO_SMALL, TOO_LARGE = (
    Numbered("Écrivez %(limit_value)s ou plus."),
    Numbered("Écrivez %(limit_value)s au plus."),
)

# Django says only that it is wanted. Of the fields below the kind is enough to say what to do; a text or a
# file says it in its own words.
REQUIRED: dict[type[forms.Field], str] = {
    forms.BooleanField: "Cochez la case pour confirmer.",
    forms.ChoiceField: "Choisissez une réponse.",
    forms.DateField: "Choisissez un jour.",
    forms.EmailField: "Écrivez une adresse complète, par exemple prenom@exemple.fr.",
    forms.IntegerField: "Écrivez un nombre, en chiffres.",
    forms.ModelChoiceField: "Choisissez une ligne de la liste.",
    forms.ModelMultipleChoiceField: "Cochez au moins une case.",
    forms.MultipleChoiceField: "Cochez au moins une case.",
    forms.TimeField: "Écrivez une heure, par exemple 14:30.",
}


class UiConfig(AppConfig):
    name = "mecenova.ui"
    verbose_name = "Interface"

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        # Before any form is declared: a field takes its messages when it is made.
        _says(forms.CharField, max_length=TOO_LONG)
        _says(forms.IntegerField, min_value=TOO_SMALL, max_value=TOO_LARGE)
        for field, required in REQUIRED.items():
            _says(field, required=required)


def _says(field: type[forms.Field], **messages: str) -> None:
    field.default_error_messages = {**field.default_error_messages, **messages}
