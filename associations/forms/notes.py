"""A word kept in the history of a project or of an association."""

from django import forms


class CloseForm(forms.Form):
    note = forms.CharField(label="Pourquoi maintenant\u202f?", required=False, max_length=500)


class CallForm(forms.Form):
    """Drawn by the association's page, where the team reads what it owes."""

    note = forms.CharField(max_length=500)
