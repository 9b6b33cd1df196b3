"""What associations and companies have in common before anybody has met them: the check, and the claims."""

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Claim, Organisation, User
from accounts.operations import check_organisation
from mecenova.mail.models import AddressTrouble
from mecenova.mail.operations import mend_address
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
        step_of=claim,
    )


def _check(organisation: Organisation, by: User, note: str) -> None:
    check_organisation(organisation=organisation, by=by)


CHECK = Action("Vérifier", _check, "La fiche est vérifiée. Ses responsables viennent d’être prévenus.")


def troubled_addresses() -> "QuerySet[AddressTrouble]":
    return AddressTrouble.objects.open().select_related("user").order_by("at", "pk")


def _trouble_line(trouble: AddressTrouble) -> Line:
    return Line(
        trouble,
        str(trouble.user or trouble.address),
        trouble.at,
        f"{trouble.get_kind_display()} · {trouble.address}",
        trouble.get_absolute_url(),
        step_of=trouble,
    )


def _mend(trouble: AddressTrouble, by: User, note: str) -> None:
    mend_address(trouble=trouble, by=by)


BASKETS = (
    Basket(
        "revendications",
        "Revendications",
        "demandes",
        "Une fiche existante est demandée\u00a0: vérifiez la fonction de la personne avant de dire oui.",
        claims,
        _claim_line,
    ),
    Basket(
        "adresses",
        "Adresses en panne",
        "adresses",
        "Leurs courriels reviennent. Appelez, corrigez l’adresse avec la personne, puis reprenez l’envoi.",
        troubled_addresses,
        _trouble_line,
        Action("L’adresse est réparée", _mend, "L’adresse sert de nouveau\u00a0: ce qui attendait repart."),
    ),
)
