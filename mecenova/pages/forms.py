"""Asking for the odds of one's own case, and the team's decisions."""

from django import forms

from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause, Territory


class OddsForm(forms.Form):
    cause = forms.ModelChoiceField(
        label="Votre cause",
        queryset=Cause.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="Toutes les causes",
    )
    departement = forms.ModelChoiceField(
        label="Votre département",
        queryset=Territory.objects.departments(),
        to_field_name="code",
        required=False,
        empty_label="Toute la France",
    )
    forme = forms.ChoiceField(
        label="La forme du soutien", choices=(("", "Toutes les formes"), *Kind.choices), required=False
    )


class MessageForm(forms.Form):
    """What the team writes to the people concerned."""

    message = forms.CharField(
        label="Votre message", max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class NoteForm(forms.Form):
    """What was said on the phone, or what was done."""

    note = forms.CharField(
        label="Ce qui a été dit, en quelques mots",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "Écrivez en quelques mots ce qui a été dit\u00a0: toute l’équipe le lira."
        },
    )


class ClaimForm(forms.Form):
    answer = forms.CharField(
        label="Un mot pour la personne",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    decision = forms.ChoiceField(choices=(("accept", "Accepter"), ("refuse", "Refuser")))


class PreviewForm(forms.Form):
    jours = forms.TypedChoiceField(choices=((1, "Cette nuit"), (30, "Trente jours")), coerce=int)
