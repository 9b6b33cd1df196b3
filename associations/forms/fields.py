"""Fields that only make sense here: the causes of an association, and the numbers of registers."""

from typing import Any

from django.core.exceptions import ValidationError

from associations.enums import Registry
from mecenova.identifiers.registry import clean_rna, clean_siren
from mecenova.reference.fields import EntriesField
from mecenova.reference.models import Cause

# Those of everything are found by nobody: an association says what is most its own.
MOST_CAUSES = 3


class CausesField(EntriesField):
    """One, two or three causes."""

    def __init__(self) -> None:
        super().__init__(
            Cause,
            label="Vos causes",
            error_messages={"required": "Cochez au moins une cause."},
            help_text="Une, deux ou trois\u00a0: celles qui vous ressemblent le plus.",
        )

    def clean(self, value: Any) -> Any:
        chosen = super().clean(value)
        if len(chosen) > MOST_CAUSES:
            raise ValidationError(
                f"Vous en avez coché {len(chosen)}\u00a0: gardez-en trois au plus, celles qui vous "
                "ressemblent le plus. Une entreprise voit mieux qui vous êtes."
            )
        return chosen


def clean_number(registry: str, number: str) -> dict[str, str]:
    """The number given, checked as its register writes it, under the name of its column."""
    if registry == Registry.ALSACE_MOSELLE:
        return {"rna": "", "siren": "", "court_entry": number}
    if registry == Registry.SIREN:
        return {"rna": "", "siren": clean_siren(number) if number else "", "court_entry": ""}
    return {"rna": clean_rna(number) if number else "", "siren": "", "court_entry": ""}
