"""The team's choice of a document for a place."""

from typing import Any

from django import forms

from infotheque.models import Document


class PrescriptionForm(forms.Form):
    document = forms.ModelChoiceField(
        Document.objects.none(), label="Document", required=False, empty_label="Aucun"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # To mypy a field of `fields` is a plain `Field`, without rows.
        self.fields["document"].queryset = Document.objects.to_choose_from()  # type: ignore[attr-defined]
