"""An organisation leaves the site: nobody on the other side waits for it in vain."""

from django.db import transaction

from accounts.models import Organisation
from associations.models import Association
from companies.models import Company
from partnerships.models import Introduction, Partnership
from partnerships.notifications import IntroductionEnded
from partnerships.operations.attention import return_attention
from partnerships.operations.introductions import end, request_queued
from partnerships.operations.partnerships import abandon_partnership


@transaction.atomic
def follow_leaving(*, organisation: Organisation) -> None:
    """End what it had under way, and tell those who stay. The caller holds the organisation."""
    _end_introductions(organisation)
    ongoing = Partnership.objects.active().involving(organisation).order_by("pk")
    for partnership in ongoing:
        abandon_partnership(partnership=partnership, by=None, note=f"{organisation.name} a quitté Mecenova.")


def _end_introductions(organisation: Organisation) -> None:
    """All are held before any company's month is, and the months come in the order of the rounds."""
    held = Introduction.objects.open().involving(organisation).select_for_update(of=("self",), no_key=True)
    freed: dict[Company, Association] = {}
    for introduction in held.with_parties().order_by("company_id", "pk"):
        was_asked = introduction.requested_at is not None
        end(introduction, IntroductionEnded)
        if was_asked and introduction.company.organisation_id != organisation.pk:
            freed[introduction.company] = introduction.association
    for company, association in freed.items():
        if return_attention(company=company, association=association):
            request_queued(company=company)
