"""What a complete profile is, said to the database; `associations.readiness` says it to people, by name."""

from typing import Any

from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual

from associations.enums import Registry, Stance

# Two plain sentences: shorter purposes leave nothing to compare with a company's need.
PURPOSE_MIN_LENGTH = 80
_BLANKS = Value(
    " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u2003\u2009\u202f\u2028\u2029\u3000", output_field=TextField()
)


def complete(model: Any) -> Q:
    """The condition on associations: every part that concerns them is filled in."""
    expert_only = Q(stance=Stance.EXPERT_ONLY)
    purpose = Func(F("purpose"), _BLANKS, function="btrim", output_field=TextField())
    return (
        Q(organisation__department__isnull=False)
        & ~Q(size="")
        & (~Q(registry=Registry.RNA) | ~Q(rna=""))
        & (~Q(registry=Registry.SIREN) | ~Q(siren=""))
        & (~Q(registry=Registry.ALSACE_MOSELLE) | ~Q(court_entry=""))
        & ~Q(registry="")
        & (expert_only | ~Q(general_interest=""))
        & (~expert_only | Q(_some(model, "expertise")))
        & Q(_some(model, "causes"))
        & Q(_some(model, "audiences"))
        & Q(_some(model, "territories"))
        & Q(GreaterThanOrEqual(Length(purpose), PURPOSE_MIN_LENGTH))
    )


def _some(model: Any, relation: str) -> Exists:
    linked = getattr(model, relation).through.objects
    return Exists(linked.filter(association=OuterRef("pk")))
