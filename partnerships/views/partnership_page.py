"""The page of one partnership: its parties, its next step, and the forms that its reader may send now."""

import uuid
from collections.abc import Callable

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from accounts.models import Organisation, User, team_of
from infotheque.models import Prescription
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.team import is_staff
from mecenova.workflow.journal import told
from partnerships import operations, policies
from partnerships.forms import (
    AbandonForm,
    AgreeForm,
    ContestForm,
    EndForm,
    ReflectForm,
    RenewForm,
    SettleForm,
    SettleSignatureForm,
    TalkForm,
)
from partnerships.models import Partnership

# What happened, in the words of its readers.
WORDS = {
    "open": "Le partenariat est ouvert",
    "report_talk": "Réponse à «\u202fVous êtes-vous parlé\u202f?\u202f»",
    "settle": "L’équipe a entendu les deux côtés",
    "agree": "C’est signé",
    "correct_signature": "Les dates sont corrigées",
    "contest_signature": "Ce n’est pas encore signé",
    "renew": "La suite est dite",
    "end": "Le partenariat est terminé",
    "reflect": "Quelques lignes sont écrites",
    "abandon": "Le projet ne se fait pas",
    "return_to_matching": "Chacun revient à la recherche",
}


def partnership_seen_by(request: HttpRequest, pk: uuid.UUID) -> Partnership:
    sides = "introduction__association__organisation", "introduction__company__organisation"
    found = get_object_or_404(Partnership.objects.select_related(*sides), pk=pk)
    if not policies.can_view_partnership(request.user, found):
        raise Http404
    return found


def show_partnership(
    request: HttpRequest, found: Partnership, *, status: int = 200, **given: forms.Form
) -> HttpResponse:
    step = agenda.next_step(found) if found.is_active else None
    mine = bool(step) and policies.owes(request.user, step)
    own = policies.party_of(request.user, found)
    context = {
        "partnership": found,
        "parties": found.parties.with_organisations().prefetch_related(team_of("organisation")),
        # An address is shown for the partnership, and no longer than it; the team calls when it must.
        "shows_contacts": found.is_active,
        "shows_phone": found.is_active or is_staff(request.user),
        "step": step,
        "who": _name_of(step),
        "mine": mine,
        "to_read": Prescription.objects.to_read(step.organisation_id, steps=[step]) if step and mine else (),
        "reports": found.talk_reports.select_related("organisation"),
        "calls_first": found.introduction.asking_organisation if found.introduction else None,
        "own": own,
        "for_the_team": own is None and is_staff(request.user),
        "said": found.last_word_of(own),
        "side_without_phone": own.name if own and not own.phone else "",
        "phone_url": _where_a_phone_is_added(found, own),
        "reflections": found.reflections.select_related("organisation"),
        "history": told(found, WORDS),
        # Only who runs a party ends what is signed; the others of the party are told so.
        "manager_ends_it": found.is_agreed
        and policies.can_speak_for_partnership(request.user, found)
        and not policies.can_manage_partnership(request.user, found),
    }
    offered = _forms(request.user, found, own, step, given)
    # A form that closed meanwhile is not shown any more: what it held still is.
    refused = next((form for name, form in given.items() if offered[name] is None), None)
    context |= offered | {"refused": refused}
    return render(request, "partnerships/partnership.html", context, status=status)


def _forms(
    user: User,
    found: Partnership,
    own: Organisation | None,
    step: FollowUp | None,
    given: dict[str, forms.Form],
) -> dict[str, forms.Form | None]:
    """The forms this person, of its `own` party, may send now: as first shown or as they were sent."""
    speaks = own is not None
    reflects = speaks and operations.reflection_is_open(found, step)
    manages = policies.can_manage_partnership(user, found)
    offered: dict[str, tuple[bool, Callable[[], forms.Form]]] = {
        "talk_form": (speaks and found.may_still_talk, lambda: TalkForm(partnership=found)),
        "settle_form": (
            found.disagreement_at is not None and policies.can_settle_partnership(user, found),
            SettleForm,
        ),
        "settle_signature_form": (
            found.contested_at is not None and policies.can_settle_partnership(user, found),
            lambda: SettleSignatureForm(partnership=found),
        ),
        "agree_form": (manages and found.is_in_discussion, lambda: AgreeForm(partnership=found)),
        "correct_form": (
            manages and found.is_agreed,
            lambda: AgreeForm(
                partnership=found,
                initial={"signed_on": found.signed_on, "ends_on": found.ends_on},
                auto_id="correct_%s",
            ),
        ),
        "contest_form": (
            policies.can_contest_signature(user, found),
            lambda: ContestForm(auto_id="contest_%s"),
        ),
        "renew_form": (manages and found.is_agreed, lambda: RenewForm(has_end=found.ends_on is not None)),
        "end_form": (manages and found.is_agreed, EndForm),
        "reflect_form": (reflects, lambda: ReflectForm(now=own_words(found, own))),
        "abandon_form": (
            found.is_in_discussion and policies.can_abandon_partnership(user, found),
            AbandonForm,
        ),
    }
    return {
        name: (given.get(name) or make()) if possible else None for name, (possible, make) in offered.items()
    }


def own_words(found: Partnership, own: Organisation | None) -> dict[str, str]:
    return {"text": found.words_of(own)}


def _where_a_phone_is_added(found: Partnership, own: Organisation | None) -> str:
    """The reader's page, when the other side has no number to call."""
    sides = found.introduction
    if own is None or own.phone or sides is None:
        return ""
    if own == sides.association.organisation:
        return reverse("associations:edit_section", args=[sides.association_id, "identite"])
    return reverse("companies:edit", args=[sides.company_id]) if own == sides.company.organisation else ""


def _name_of(step: FollowUp | None) -> str:
    """The organisation that owes the step; nothing when the platform or the team does."""
    owing = step.owing_organisation_id if step else None
    return Organisation.objects.names_of([owing]).get(owing, "") if owing else ""
