"""A word kept in the history of a project or of an association."""

from django import forms


class CloseForm(forms.Form):
    note = forms.CharField(label="Pourquoi maintenant\u202f?", required=False, max_length=500)


class AssociationCallForm(forms.Form):
    """On the association's page, where the team reads what it owes."""

    note = forms.CharField(
        label="Ce qui a été dit pendant l’appel",
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Dites en quelques mots ce qui a été dit."},
        help_text="Visible de l’équipe seulement.",
    )
