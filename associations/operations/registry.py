"""Registry numbers: one association has the number of one register, and no other has the same."""

import uuid

from associations.enums import Registry
from associations.models import Association
from mecenova.workflow.errors import DomainError


def chosen_number(registry: str, rna: str, court_entry: str) -> tuple[str, str]:
    """Whoever changes register leaves the former number behind; a SIREN may stand beside either."""
    return ("", court_entry) if registry == Registry.ALSACE_MOSELLE else (rna, "")


def refuse_number_of_another(*, rna: str = "", siren: str = "", than: uuid.UUID | None = None) -> None:
    """Raise when another association carries this number, with what to do next."""
    others = Association.objects.exclude(pk=than) if than else Association.objects.all()
    for number, label, taken in (
        (rna, "RNA", others.filter(rna=rna)),
        (siren, "SIREN", others.filter(siren=siren)),
    ):
        if number and taken.exists():
            raise DomainError(
                f"Une autre fiche porte déjà ce numéro {label}. Vérifiez-le, ou cherchez votre association "
                "dans l’annuaire pour la revendiquer. Vous pouvez aussi laisser le numéro vide "
                "pour l’instant\u00a0: l’équipe regardera."
            )
