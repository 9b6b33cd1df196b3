"""A registry number belongs to one association: what to answer when it is already there."""

import uuid

from associations.models import Association
from mecenova.workflow.errors import DomainError


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
