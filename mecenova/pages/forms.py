"""The team's decisions."""

from django import forms


class MessageForm(forms.Form):
    """What the team writes to the people concerned."""

    message = forms.CharField(
        label="Votre message",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Écrivez ce que vous demandez\u00a0: l’organisme le lira tel quel."},
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


class MailSearchForm(forms.Form):
    """An address, or the name of an organisation."""

    # Fewer are in almost every address, and would be looked for in almost every mail.
    q = forms.CharField(
        required=False,
        min_length=3,
        max_length=200,
        error_messages={"min_length": "Écrivez au moins trois lettres."},
    )


class PreviewForm(forms.Form):
    """How many days ahead."""

    TONIGHT, MONTH = 1, 30
    jours = forms.TypedChoiceField(choices=((TONIGHT, "Cette nuit"), (MONTH, "Trente jours")), coerce=int)
