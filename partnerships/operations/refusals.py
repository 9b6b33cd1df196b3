"""The team edits what follows a « no »; who changed what, and when, is kept."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from infotheque.models import Document
from mecenova.workflow.errors import DomainError
from partnerships import policies
from partnerships.enums import RefusalReason, Side
from partnerships.models import RefusalStep, RefusalStepChange

if TYPE_CHECKING:
    from accounts.models import User

# The document of the first shelf that each reason leads to, until the team chooses another.
FIRST_DOCUMENTS: dict[str, dict[str, str]] = {
    Side.ASSOCIATION: {
        RefusalReason.OUT_OF_POLICY: "trouver-les-bonnes-entreprises",
        RefusalReason.TERRITORY: "trouver-les-bonnes-entreprises",
        RefusalReason.KIND: "cinq-formes-de-soutien",
        RefusalReason.TIMING: "quand-demander",
        RefusalReason.UNCLEAR: "presenter-son-projet",
        RefusalReason.ALREADY_COMMITTED: "lire-un-refus",
        RefusalReason.VALUES: "choisir-ses-mecenes",
        RefusalReason.AMOUNT: "budget-de-projet",
        RefusalReason.BUDGET_SPENT: "quand-demander",
        RefusalReason.NO_SUCH_GOODS: "don-en-nature",
        RefusalReason.QUANTITY: "don-en-nature",
        RefusalReason.TRANSPORT: "bordereau-de-remise",
        RefusalReason.NO_SUCH_SKILL: "fiche-de-mission",
        RefusalReason.TEAM_BUSY: "quand-demander",
        RefusalReason.DURATION: "fiche-de-mission",
        RefusalReason.NO_VOLUNTEERS: "temps-personnel-temps-de-travail",
        RefusalReason.SCHEDULE: "temps-personnel-temps-de-travail",
        RefusalReason.QUESTION: "co-construire",
        RefusalReason.ROLES: "charte-de-co-construction",
    },
    Side.COMPANY: {
        RefusalReason.TEAM_SMALL: "premier-rendez-vous",
        RefusalReason.TIMING: "choisir-ses-partenaires",
        RefusalReason.OUT_OF_MISSION: "choisir-ses-partenaires",
        RefusalReason.KIND: "cinq-formes-de-soutien",
        RefusalReason.TERRITORY: "ecrire-sa-politique",
        RefusalReason.OTHER_PARTNER: "choisir-ses-partenaires",
        RefusalReason.REQUEST_UNCLEAR: "premier-rendez-vous",
        RefusalReason.VALUES: "ecrire-sa-politique",
        RefusalReason.CONDITIONS: "contreparties",
        RefusalReason.GOODS_UNNEEDED: "don-en-nature",
        RefusalReason.QUANTITY: "don-en-nature",
        RefusalReason.TRANSPORT: "bordereau-de-remise",
        RefusalReason.SKILL_UNNEEDED: "fiche-de-mission",
        RefusalReason.NO_HOST: "fiche-de-mission",
        RefusalReason.DURATION: "fiche-de-mission",
        RefusalReason.SCHEDULE: "temps-personnel-temps-de-travail",
        RefusalReason.QUESTION: "charte-de-co-construction",
        RefusalReason.ROLES: "charte-de-co-construction",
    },
}
EDITABLE = ("advice", "rewrite", "section", "retry_after_days", "document", "library_words")


@transaction.atomic
def edit_refusal_step(*, step: RefusalStep, by: "User", **changes: Any) -> list[RefusalStepChange]:
    """Write what changed, and one line for each; the dates already given to people stay theirs."""
    if not policies.can_edit_refusal_steps(by):
        raise PermissionDenied
    if unknown := changes.keys() - set(EDITABLE):
        raise ValueError(f"Not for editing: {sorted(unknown)}")
    step = lock(step)
    before = {field: getattr(step, field) for field in changes}
    for field, value in changes.items():
        setattr(step, field, value)
    changed = [field for field in EDITABLE if field in changes and changes[field] != before[field]]
    if not changed:
        return []
    try:
        step.full_clean()
    except ValidationError as error:
        raise DomainError(" ".join(error.messages)) from error
    step.save(update_fields=changed)
    return RefusalStepChange.objects.bulk_create(
        RefusalStepChange(
            step=step, field=field, before=_said(before[field]), after=_said(changes[field]), by=by
        )
        for field in changed
    )


@transaction.atomic
def choose_first_documents(*, by: "User") -> int:
    """Tie the steps that nobody has given a document to those of the first shelf; how many were.

    A step whose document the team has chosen, or taken away, stays as it is.
    """
    untouched = RefusalStep.objects.filter(document__isnull=True).exclude(changes__field="document")
    slugs = {slug for of_side in FIRST_DOCUMENTS.values() for slug in of_side.values()}
    shelf = {document.slug: document for document in Document.objects.filter(slug__in=slugs)}
    chosen = 0
    for step in untouched:
        document = shelf.get(FIRST_DOCUMENTS[step.asked_by_side][step.reason])
        if document is not None:
            edit_refusal_step(step=step, by=by, document=document)
            chosen += 1
    return chosen


def lock(step: RefusalStep) -> RefusalStep:
    """The step as it is now, held until the end."""
    return RefusalStep.objects.select_for_update(no_key=True).get(pk=step.pk)


def _said(value: Any) -> str:
    return value.title if isinstance(value, Document) else "" if value is None else str(value)
