"""Who is behind the site and how to reach them, what is done with what people write, for whom it works."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Organisation
from accounts.retention import INVITATIONS_ARE_KEPT, PROOFS_ARE_KEPT, UNCONFIRMED_ARE_KEPT, dormant_days
from infotheque.models.curation import ADDRESSES_ARE_KEPT
from mecenova.agenda.slot_links import slots_path
from mecenova.imports.operations import FILES_ARE_KEPT
from mecenova.mail.retention import SECRETS_KEPT, TROUBLES_KEPT, WORDS_KEPT
from mecenova.ui.returning import LAST_PERSON_FOR


@login_not_required
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """The address of the publisher; to a member, the free slots of the team as well."""
    mine = Organisation.objects.none()
    if request.user.is_authenticated:
        mine = Organisation.objects.of(request.user).order_by("name_key")
    slots = [(one, slots_path(organisation_id=one.pk, about=one)) for one in mine]
    return render(request, "pages/contact.html", {**_publisher(), "slots": slots})


@login_not_required
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/legal.html", {**_publisher(), "source_url": settings.SOURCE_URL})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Its delays are those that the site applies."""
    warned_after, closed_after = dormant_days()
    context = {
        "days_of_silence": closed_after,
        "days_of_notice": closed_after - warned_after,
        "days_of_unconfirmed": UNCONFIRMED_ARE_KEPT.days,
        "days_of_invitations": INVITATIONS_ARE_KEPT.days,
        "days_of_proofs": PROOFS_ARE_KEPT.days,
        "years_of_words": WORDS_KEPT.days // 365,
        "days_of_codes": SECRETS_KEPT.days,
        "days_of_troubles": TROUBLES_KEPT.days,
        "days_of_addresses": ADDRESSES_ARE_KEPT.days,
        "days_of_files": FILES_ARE_KEPT.days,
        "days_of_session": settings.SESSION_COOKIE_AGE // (24 * 60 * 60),
        "days_of_last_person": LAST_PERSON_FOR // (24 * 60 * 60),
    }
    return render(request, "pages/privacy.html", _publisher() | context)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/accessibility.html", _publisher())


def _publisher() -> dict[str, object]:
    return {"publisher": settings.PUBLISHER, "contact_email": settings.CONTACT_EMAIL}
