"""The curator's form: what is uploaded is judged by its content, not by its name."""

import struct
import zipfile
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from infotheque.models import Document
from mecenova.reference.enums import Kind

LARGEST_FILE = 20 * 1024 * 1024
PDF = b"%PDF-"
# An office document is a zip that says its own type in one of these entries.
OFFICE_ENTRIES = {
    "docx": "word/document.xml",
    "pptx": "ppt/presentation.xml",
    "xlsx": "xl/workbook.xml",
    "odt": "content.xml",
}
REFUSED = (
    "Ce fichier n’est ni un PDF, ni un document DOCX, ODT, PPTX ou XLSX. "
    "Enregistrez-le dans l’un de ces formats, puis déposez-le à nouveau."
)


def file_type(content: bytes) -> str | None:
    """The extension its content deserves, or None when it is of no accepted type."""
    if content.startswith(PDF):
        return "pdf"
    try:
        names = set(zipfile.ZipFile(BytesIO(content)).namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
        # What zipfile raises on a damaged or a crafted archive depends on where it is damaged.
        return None
    known = [extension for extension, entry in OFFICE_ENTRIES.items() if entry in names]
    return known[0] if known else None


class DocumentForm(forms.ModelForm):
    link = forms.URLField(label="Lien", required=False, max_length=500, assume_scheme="https")
    partnership_kinds = forms.MultipleChoiceField(
        label="Formes de partenariat",
        choices=Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Document
        fields = (
            "title",
            "summary",
            "kind",
            "causes",
            "partnership_kinds",
            "authors",
            "publisher",
            "year",
            "link",
            "file",
        )

    def clean_file(self) -> Any:
        uploaded = self.cleaned_data.get("file")
        if not isinstance(uploaded, UploadedFile):
            return uploaded
        if uploaded.size and uploaded.size > LARGEST_FILE:
            raise ValidationError("Ce fichier dépasse 20\u202fMo. Déposez une version plus légère.")
        extension = file_type(uploaded.read())
        uploaded.seek(0)
        if extension is None:
            raise ValidationError(REFUSED)
        if not str(uploaded.name).lower().endswith(f".{extension}"):
            raise ValidationError(
                f"Le contenu de ce fichier est du {extension.upper()}, mais son nom dit autre chose. "
                f"Renommez-le en .{extension}."
            )
        return uploaded
