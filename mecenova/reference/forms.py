"""A reader's case: a cause, a place and a form of support, each chosen from its closed list or left open."""

from django import forms

from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause, Territory


class CaseForm(forms.Form):
    """Read from the address, which can be kept and sent to somebody."""

    cause = forms.ModelChoiceField(
        label="Votre cause",
        queryset=Cause.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="Toutes les causes",
        error_messages={"invalid_choice": "Cette cause n’est pas dans la liste\u00a0: choisissez-en une."},
    )
    departement = forms.ModelChoiceField(
        label="Votre département",
        queryset=Territory.objects.departments().select_related("parent"),
        to_field_name="code",
        required=False,
        empty_label="Toute la France",
        error_messages={"invalid_choice": "Ce département n’est pas dans la liste\u00a0: choisissez-en un."},
    )
    forme = forms.ChoiceField(
        label="La forme du soutien",
        choices=(("", "Toutes les formes"), *Kind.choices),
        required=False,
        error_messages={"invalid_choice": "Cette forme n’est pas dans la liste\u00a0: choisissez-en une."},
    )
