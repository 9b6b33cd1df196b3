"""Registry numbers: one association has the number of one register, and no other has the same."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from accounts.models import Organisation
from associations.enums import Registry
from associations.models import Association
from mecenova.workflow.errors import DomainError


class NumberTaken(DomainError):
    """Another record carries this number: whoever is of it asks to take it over."""

    def __init__(self, label: str, organisation: Organisation) -> None:
        super().__init__(
            f"La fiche «\u202f{organisation.name}\u202f» porte déjà ce numéro {label}. Si c’est votre "
            "association, demandez à la reprendre\u202f; sinon, vérifiez le numéro sur votre récépissé."
        )
        self.organisation = organisation
        self.field = label.lower()


def chosen_number(registry: str, rna: str, court_entry: str) -> tuple[str, str]:
    """Whoever changes register leaves the former number behind; a SIREN may stand beside either."""
    return ("", court_entry) if registry == Registry.ALSACE_MOSELLE else (rna, "")


@contextmanager
def numbers_once(*, rna: str, siren: str, than: uuid.UUID | None = None) -> Iterator[None]:
    """Write in this block: who takes a number at the same moment as another is told whose it is."""
    refuse_number_of_another(rna=rna, siren=siren, than=than)
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        # The other has just been written: now that it can be seen, say whose the number is.
        refuse_number_of_another(rna=rna, siren=siren, than=than)
        raise


def refuse_number_of_another(*, rna: str = "", siren: str = "", than: uuid.UUID | None = None) -> None:
    """Raise NumberTaken when another association carries this number."""
    others = Association.objects.exclude(pk=than) if than else Association.objects.all()
    for number, label, taken in (
        (rna, "RNA", others.filter(rna=rna)),
        (siren, "SIREN", others.filter(siren=siren)),
    ):
        known = taken.select_related("organisation").first() if number else None
        if known is not None:
            raise NumberTaken(label, known.organisation)
