"""Mails as the team looks for them: those of one organisation, or found by an address or a name."""

from collections.abc import Collection
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from accounts.models import Membership, Organisation, User
from associations.models import Association, Project
from companies.models import Company, Need
from mecenova.identifiers.names import name_key
from mecenova.mail.models import OutgoingMail
from partnerships.models import Introduction


def mails_of(organisation: Organisation) -> QuerySet[OutgoingMail]:
    """To its people, or about it: what a colleague who calls must have read. The latest first."""
    return OutgoingMail.objects.filter(_concern({organisation.pk})).defer("text", "html").newest_first()


def found_mails(words: str) -> QuerySet[OutgoingMail]:
    """To somebody whose address holds these words, to an address that begins with them, or to or about
    organisations of such a name; all, without words.

    Never by what a mail says: searched letter by letter, a confidential one would tell its code. People are
    few and looked through; mails are many, and found by their indexes only.
    """
    mails = OutgoingMail.objects.defer("text", "html").newest_first()
    if not words:
        return mails
    people = User.objects.filter(email__contains=words.lower()).order_by()
    found = Q(address__startswith=words.lower()) | Q(recipient__in=list(people.values_list("pk", flat=True)))
    if key := name_key(words):
        named = Organisation.objects.filter(name_key__contains=key).order_by()
        found |= _concern(set(named.values_list("pk", flat=True)))
    return mails.filter(found)


def _concern(organisations: Collection[UUID]) -> Q:
    """Keys that were read before: each part of the question has its own index."""
    people = Membership.objects.filter(organisation__in=organisations).order_by()
    found = Q(recipient__in=list(people.values_list("user_id", flat=True)))
    for rows in (
        Organisation.objects.filter(pk__in=organisations),
        Association.objects.filter(organisation__in=organisations),
        Company.objects.filter(organisation__in=organisations),
        Project.objects.filter(association__organisation__in=organisations),
        Need.objects.filter(company__organisation__in=organisations),
        Introduction.objects.involving_any(organisations),
    ):
        keys = list(rows.order_by().values_list("pk", flat=True))
        found |= Q(subject_type=ContentType.objects.get_for_model(rows.model), subject_id__in=keys)
    return found
