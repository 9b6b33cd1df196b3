"""What associations and companies have in common: the check, the claims, their names and their addresses."""

from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse

from accounts.enums import OrganisationEvent, OrganisationKind
from accounts.models import Claim, Organisation, User, addresses_to_mend
from accounts.operations import (
    check_organisation,
    confirm_identity,
    organisations_to_call,
    organisations_to_recognise,
)
from associations.operations import note_call
from companies.operations import record_call
from mecenova.mail.models import AddressTrouble
from mecenova.mail.operations import leaving_again, mend_address
from mecenova.pages.baskets.basket import Action, Basket, Line


def claims() -> "QuerySet[Claim]":
    return Claim.objects.waiting().select_related("organisation", "user").order_by("created_at", "pk")


def organisation_line(organisation: Organisation) -> Line:
    return Line(
        organisation,
        organisation.name,
        organisation.created_at,
        " · ".join(filter(None, [organisation.get_kind_display(), organisation.town])),
        reverse("pages:organisation", args=[organisation.pk]),
        organisation=organisation,
        step_of=organisation,
    )


def _claim_line(claim: Claim) -> Line:
    return Line(
        claim,
        claim.organisation.name,
        claim.created_at,
        f"demandée par {claim.user}",
        reverse("pages:claim", args=[claim.pk]),
        organisation=claim.organisation,
        person=claim.user,
        step_of=claim,
    )


def _check(organisation: Organisation, by: User, note: str) -> None:
    check_organisation(organisation=organisation, by=by)


# The lines of an organisation's journal that can take it out of a basket.
CHECKED = frozenset({OrganisationEvent.CHECK, OrganisationEvent.ASK_FOR_CHANGES, OrganisationEvent.LEAVE})
CALLED = frozenset({OrganisationEvent.CALL, OrganisationEvent.LEAVE})
CHECK = Action("Vérifier", _check, "La fiche est vérifiée\u202f; ses responsables reçoivent un courriel.")


def to_correct() -> "QuerySet[Organisation]":
    """Asked to correct, reminded, and silent since: somebody calls."""
    return organisations_to_call().select_related("association", "company").order_by("to_call_since", "pk")


def _to_correct_line(organisation: Organisation) -> Line:
    return replace(organisation_line(organisation), since=organisation.to_call_since)  # type: ignore[attr-defined]  # (read by `organisations_to_call`)


def _call(organisation: Organisation, by: User, note: str) -> None:
    if organisation.kind == OrganisationKind.COMPANY:
        record_call(company=organisation.company, by=by, note=note)
    else:
        note_call(association=organisation.association, by=by, note=note)


def renamed() -> "QuerySet[Organisation]":
    """Checked under another name or number: what everybody reads is no longer what the team read."""
    return organisations_to_recognise().select_related("association", "company").order_by("changed_at", "pk")


def _renamed_line(organisation: Organisation) -> Line:
    """What changed is read on the line: `organisations_to_recognise` brings it with the row."""
    line, found = organisation_line(organisation), vars(organisation)
    return replace(line, since=found["changed_at"], about=f"{line.about} · {found['changed']}")


def _recognise(organisation: Organisation, by: User, note: str) -> None:
    confirm_identity(organisation=organisation, by=by)


def troubled_addresses() -> "QuerySet[AddressTrouble]":
    people = addresses_to_mend().select_related("user")
    return people.prefetch_related("user__memberships__organisation").order_by("at", "pk")


def _trouble_line(trouble: AddressTrouble) -> Line:
    return Line(
        trouble,
        str(trouble.user or trouble.address),
        trouble.at,
        f"{trouble.get_kind_display()} · {trouble.address}",
        trouble.get_absolute_url(),
        also_called=tuple(one.organisation for one in trouble.user.memberships.all()) if trouble.user else (),
        step_of=trouble,
    )


def _mend(trouble: AddressTrouble, by: User, note: str) -> str:
    return leaving_again(mend_address(trouble=trouble, by=by) or 0)


BASKETS = (
    Basket(
        "corrections",
        "Fiches jamais corrigées",
        "organismes",
        "Nos rappels n’ont pas suffi\u00a0: corrigez la fiche avec eux, au téléphone.",
        to_correct,
        _to_correct_line,
        Action(
            "J’ai appelé", _call, "L’appel est noté, et l’organisme a de nouveau ses délais.", asks_note=True
        ),
        moved_by=CALLED | {OrganisationEvent.RESUBMIT, OrganisationEvent.CHECK},
        left="La fiche n’attend plus d’appel.",
    ),
    Basket(
        "identites",
        "Noms ou numéros changés",
        "organismes",
        "Lisez l’historique de la fiche. Si ce n’est plus l’organisme vérifié, appelez-le, puis retirez-la.",
        renamed,
        _renamed_line,
        Action("C’est bien le même", _recognise, "Le nom et le numéro sont relus."),
        moved_by=frozenset({OrganisationEvent.CONFIRM_IDENTITY, OrganisationEvent.LEAVE}),
        left="Le nom et le numéro n’attendent plus d’être relus.",
    ),
    Basket(
        "revendications",
        "Revendications",
        "demandes",
        "Une fiche existante est demandée\u00a0: vérifiez la fonction de la personne avant de dire oui.",
        claims,
        _claim_line,
        moved_by=frozenset({"accept", "refuse"}),
        left="La demande n’attend plus de décision.",
    ),
    Basket(
        "adresses",
        "Adresses en panne",
        "adresses",
        "Leurs courriels reviennent. Appelez, corrigez l’adresse avec la personne, puis reprenez l’envoi.",
        troubled_addresses,
        _trouble_line,
        Action("Écrire de nouveau à cette adresse", _mend, "L’adresse sert de nouveau."),
        left="L’adresse sert de nouveau.",
    ),
)
