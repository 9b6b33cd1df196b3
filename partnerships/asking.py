"""Who would be asking whom, read from the address of the page."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.urls import reverse

from accounts.models import Organisation
from associations.models import Association
from companies.models import Company, Need
from mecenova.identifiers.keys import key_in
from partnerships.enums import Side
from partnerships.models import Introduction
from partnerships.policies import (
    already_asked,
    refusal_in_force,
    why_door_is_closed,
    why_not_solicited,
    why_not_yet,
    why_refused,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


Own = TypeVar("Own", Association, Company)


@dataclass(frozen=True)
class IntendedRequest:
    """What one side is about to ask the other."""

    association: Association
    company: Company
    need: Need | None
    side: str
    # Of the person's own organisations, those that could ask in its place.
    others: tuple[Organisation, ...] = ()

    @property
    def asking(self) -> Organisation:
        return self.association.organisation if self.side == Side.ASSOCIATION else self.company.organisation

    @property
    def asked(self) -> Organisation:
        return self.company.organisation if self.side == Side.ASSOCIATION else self.association.organisation

    @property
    def position_url(self) -> str:
        """Where an association says again that it may be written to; nothing for one that it is."""
        own = self.side == Side.ASSOCIATION and not self.association.wishes_mail
        return reverse("associations:edit_section", args=[self.association.pk, "position"]) if own else ""

    def answers(self, living: Introduction | None) -> bool:
        """Whether what is sent would be worth a yes: the other side has asked, and its request is open."""
        return living is not None and living.is_open and living.asked_by_side != self.side


@dataclass(frozen=True)
class Standing:
    """Where somebody stands before asking about a need: what to know, and the page to go to instead."""

    text: str
    url: str
    label: str


def standing_before(user: "User", need: Need) -> Standing | None:
    """Of the association that this person would ask for; None when nothing keeps it from asking."""
    intended = _association_asks(user, need.company, need)
    if intended is None:
        return None
    if living := living_like(intended):
        return Standing(already_asked(living, intended.side), living.where_it_goes_on, "Voir où cela en est")
    if not_yet := why_not_yet(intended.association.organisation):
        page = reverse("associations:edit", args=[intended.association.pk])
        return Standing(not_yet, page, "Compléter la fiche")
    if stopped := why_not_solicited(intended.association, intended.side):
        return Standing(stopped, intended.position_url, "Revoir votre position")
    if closed := why_door_is_closed(intended.company, intended.side):
        return Standing(closed, reverse("companies:need_list"), "Voir les besoins ouverts")
    if refusal := refusal_in_force(intended.association, intended.company, intended.side):
        return Standing(why_refused(refusal), refusal.get_absolute_url(), "Lire sa réponse")
    return None


def living_like(intended: IntendedRequest) -> Introduction | None:
    """The request about the same thing that is open, or has become a partnership under way."""
    same = Introduction.objects.filter(
        association=intended.association, company=intended.company, need=intended.need
    )
    return (same.living() if intended.need else same.open()).first()


def find_intended(user: "User", address: Mapping[str, str]) -> IntendedRequest | None:
    """An association asks at `?besoin=` or `?entreprise=`, a company at `?association=`; else None.

    Somebody of several says for which one by `?organisme=`; otherwise it is for the first by name.
    """
    named = address.get("organisme", "")
    need_id, company_id, association_id = (
        key_in(address.get(k)) for k in ("besoin", "entreprise", "association")
    )
    if need_id:
        need = Need.objects.visible().select_related("company__organisation").filter(pk=need_id).first()
        return _association_asks(user, need.company, need, named) if need else None
    if company_id:
        company = Company.objects.listed().select_related("organisation").filter(pk=company_id).first()
        return _association_asks(user, company, None, named) if company else None
    if association_id:
        return _company_asks(user, association_id, named)
    return None


def _association_asks(
    user: "User", company: Company, need: Need | None, named: str = ""
) -> IntendedRequest | None:
    own, others = _chosen(Association.objects.of(user).select_related("organisation"), named)
    return IntendedRequest(own, company, need, Side.ASSOCIATION, others) if own else None


def _company_asks(user: "User", association_id: uuid.UUID, named: str) -> IntendedRequest | None:
    association = (
        Association.objects.listed().select_related("organisation").filter(pk=association_id).first()
    )
    own, others = _chosen(Company.objects.of(user).select_related("organisation"), named)
    return IntendedRequest(association, own, None, Side.COMPANY, others) if association and own else None


def _chosen(mine: "QuerySet[Own]", named: str) -> tuple[Own | None, tuple[Organisation, ...]]:
    """The one whose organisation is named, else the first, and the organisations of the others."""
    found = list(mine)
    first = found[0] if found else None
    own = next((one for one in found if str(one.organisation_id) == named), first)
    return own, tuple(one.organisation for one in found if one is not own)
