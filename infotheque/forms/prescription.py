"""The team's choice of a document for a place."""

from typing import Any

from django import forms

from infotheque.models import Document
from infotheque.models.document import HEAVY


class PrescriptionForm(forms.Form):
    document = forms.ModelChoiceField(
        Document.objects.none(), label="Document", required=False, empty_label="Aucun"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["document"]
        field.queryset = Document.objects.published().defer(*HEAVY).order_by("title")  # type: ignore[attr-defined]
