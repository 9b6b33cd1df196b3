"""The team's choice of a document for a place."""

from typing import Any

from django import forms

from infotheque.models import Document
from mecenova.ui.forms import choose_by_kind


class PrescriptionForm(forms.Form):
    document = forms.ModelChoiceField(Document.objects.none(), label="Document", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_by_kind(self.fields["document"], Document.objects.to_choose_from(), empty_label="Aucun")
