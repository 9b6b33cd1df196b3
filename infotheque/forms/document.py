"""The curator's form: what is uploaded is judged by its content, not by its name."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from infotheque.enums import Readers, Stage
from infotheque.models import Document
from infotheque.reading.reader import NOT_KEPT
from infotheque.reading.types import type_of
from mecenova.reference.enums import Kind

LARGEST_FILE = 20 * 1024 * 1024


class DocumentForm(forms.ModelForm):
    link = forms.URLField(label="Lien", required=False, max_length=500, assume_scheme="https")
    publisher_home = forms.URLField(
        label="Site de l’éditeur", required=False, max_length=300, assume_scheme="https"
    )
    partnership_kinds = forms.MultipleChoiceField(
        label="Formes de partenariat",
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    stages = forms.MultipleChoiceField(
        label="Moments du partenariat",
        choices=Stage.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    readers = forms.MultipleChoiceField(
        label="Pour qui", choices=Readers.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    file = forms.FileField(label="Nouveau fichier", required=False)

    class Meta:
        model = Document
        fields = (
            "title",
            "summary",
            "body",
            "kind",
            "causes",
            "partnership_kinds",
            "stages",
            "readers",
            "authors",
            "publisher",
            "publisher_home",
            "year",
            "language",
            "licence",
            "link",
            "valid_from",
            "valid_until",
            "confidence",
            "needs_second_reader",
        )

    def clean_file(self) -> Any:
        uploaded = self.cleaned_data.get("file")
        if not isinstance(uploaded, UploadedFile):
            return uploaded
        if uploaded.size and uploaded.size > LARGEST_FILE:
            raise ValidationError("Ce fichier dépasse 20\u202fMo. Déposez une version plus légère.")
        found = type_of(uploaded)
        if found is None:
            raise ValidationError(NOT_KEPT)
        if not str(uploaded.name).lower().endswith(f".{found}"):
            raise ValidationError(
                f"Le contenu de ce fichier est du {found.upper()}, mais son nom dit autre chose. "
                f"Renommez-le en .{found}."
            )
        return uploaded
