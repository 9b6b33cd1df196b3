from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import TemporaryUploadedFile

from mecenova.imports.errors import ImportRefused
from mecenova.imports.registry import kind_of, kinds
from mecenova.imports.tables import Table
from mecenova.imports.uploads import LARGEST_FILE

MEGABYTE = 1024 * 1024
TOO_LARGE = (
    f"Ce fichier dépasse {LARGEST_FILE // MEGABYTE}\u00a0Mo\u00a0: il n’a pas été lu. Coupez-le en "
    "plusieurs fichiers, chacun avec sa ligne de titres."
)


class ImportForm(forms.Form):
    """What the file holds, and the file: judged by its first lines, not by its name."""

    kind = forms.ChoiceField(label="Que contient le fichier\u202f?", widget=forms.RadioSelect)
    file = forms.FileField(
        label="Fichier CSV",
        help_text=(
            f"Jusqu’à {LARGEST_FILE // MEGABYTE}\u00a0Mo. La première ligne nomme les colonnes. Un classeur "
            "Excel ou LibreOffice s’enregistre d’abord en «\u202fCSV UTF-8\u202f»."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        error_messages={
            "required": "Choisissez un fichier.",
            "empty": "Ce fichier est vide. Sa première ligne doit nommer les colonnes.",
        },
    )
    as_checked = forms.BooleanField(
        label="Ce sont des membres que nous connaissons déjà\u00a0: les marquer comme vérifiés",
        help_text=(
            "Cochez seulement pour reprendre un réseau que l’équipe a déjà vérifié. Les fiches que personne "
            "ne tient encore deviennent des membres et entrent dans les suggestions. "
            "Sans cette case, elles sont listées comme «\u202fpas encore inscrites\u202f» et ne sont "
            "proposées à personne."
        ),
        required=False,
    )

    def __init__(self, *args: Any, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_too_large = is_too_large
        self.fields["kind"].choices = [(kind.slug, kind.label) for kind in kinds()]
        if is_too_large:
            self.fields["file"].error_messages["required"] = TOO_LARGE

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.is_too_large:
            # What was chosen came with the file and was not read either: it is not missing.
            self.errors.pop("kind", None)
        file, kind = cleaned.get("file"), kind_of(cleaned.get("kind", ""))
        if isinstance(file, TemporaryUploadedFile) and kind is not None:
            try:
                Table(Path(file.temporary_file_path()), kind.columns).__exit__(None, None, None)
            except ImportRefused as refusal:
                self.add_error("file", refusal.message)
        return cleaned
