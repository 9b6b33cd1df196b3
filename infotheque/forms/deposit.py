"""Files that the team brings: bounded by their number and weight here, judged by their content later."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from infotheque.operations.deposits import MOST_FILES
from infotheque.reading.reader import LARGEST_FILE

MEGABYTE = 1024 * 1024
LARGEST_DEPOSIT = 100 * MEGABYTE
ACCEPTED = ".pdf,.docx,.odt,.pptx,.xlsx"
TOO_HEAVY = (
    f"Ces fichiers dépassent ensemble {LARGEST_DEPOSIT // MEGABYTE}\u00a0Mo\u00a0: rien n’a été lu. "
    "Déposez-les en plusieurs fois."
)


class _SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files, as a list."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", _SeveralFiles({"accept": ACCEPTED}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        files = [super(FilesField, self).clean(file, initial) for file in given] or [
            super().clean(None, initial)
        ]
        if len(files) > MOST_FILES:
            raise ValidationError(f"Déposez {MOST_FILES} fichiers au plus à la fois.")
        heavy = [file.name for file in files if file.size > LARGEST_FILE]
        if heavy:
            names = ", ".join(name[:60] for name in heavy[:5])
            raise ValidationError(
                f"{'Dépasse' if len(heavy) == 1 else 'Dépassent'} {LARGEST_FILE // MEGABYTE}\u00a0Mo\u00a0: "
                f"{names}. Déposez une version plus légère."
            )
        return files


class DepositForm(forms.Form):
    files = FilesField(
        label="Fichiers",
        help_text=(
            f"PDF, DOCX, ODT, PPTX ou XLSX, {LARGEST_FILE // MEGABYTE}\u00a0Mo au plus chacun, "
            f"{MOST_FILES} au plus. Chacun devient un brouillon."
        ),
        # An empty file is told with the others, by what reads them.
        allow_empty_file=True,
        error_messages={"required": "Choisissez au moins un fichier."},
    )
    is_private = forms.BooleanField(
        label="Réservés à l’équipe",
        help_text="Le document peut être publié, ses fichiers ne sont donnés qu’à l’équipe.",
        required=False,
    )

    def __init__(self, *args: Any, is_too_heavy: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_too_heavy:
            self.fields["files"].error_messages["required"] = TOO_HEAVY


class VersionForm(DepositForm):
    """The files of a document's next version, together."""

    note = forms.CharField(
        label="Ce qui change", max_length=300, required=False, help_text="Lu par l’équipe, dans l’historique."
    )
    field_order = ("files", "note", "is_private")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = (
            "Tous les fichiers de la nouvelle version. Elle remplace l’ancienne à la même adresse une fois "
            "lue\u202f; l’équipe garde l’ancienne."
        )
