"""Erased, a record leaves its name and its words nowhere, and others keep what they did with it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.urls import reverse

from accounts import operations
from accounts.enums import OrganisationEvent
from accounts.models import Claim, Duplicate, Invitation, Membership, Merge, Organisation
from accounts.operations.erasing import as_written
from matching.models import Suggestion
from matching.notifications import SuggestionsDigest
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import Slot, SlotRequest
from mecenova.agenda.operations import run_due
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import deliver_due, queue
from mecenova.mail.retention import StillLeaving, forget_naming
from mecenova.rehearsal.models import Preview, PreviewLine
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from partnerships.answering import give_answer
from partnerships.models import Introduction, Partnership, Reflection
from partnerships.operations import introduce
from tests.accounts.factories import (
    ClaimFactory,
    InvitationFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.mail.factories import OutgoingMailFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db

# A working day, in hours when mails leave.
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MARK = "Tournesol"
WORDS = f"Les amis du {MARK}, tél. 06"


@pytest.fixture(autouse=True)
def _on_a_working_day():
    with clock.frozen(TUESDAY):
        yield


def where_it_is_said() -> set[str]:
    """Every column of every table that holds the mark."""
    found = set()
    for model in apps.get_models():
        for each in model._meta.concrete_fields:
            is_text = isinstance(each, models.CharField | models.TextField | models.JSONField)
            if is_text and not each.choices:
                rows = model._base_manager.annotate(
                    said=models.functions.Cast(each.name, models.TextField())
                ).filter(said__icontains=MARK)
                if rows.exists():
                    found.add(f"{model._meta.label}.{each.name}")
    return found


def marked(side):
    """An association and a company, of which this one says the mark wherever it can write."""
    said = {
        "organisation__name": WORDS,
        "organisation__town": MARK,
        "organisation__website": f"https://{MARK}.example/",
        "organisation__phone": f"06 {MARK}",
    }
    if side == "association":
        return AssociationFactory(complete=True, purpose=WORDS, **said), CompanyFactory()
    return AssociationFactory(complete=True), CompanyFactory(presentation=WORDS, **said)


def live(association, company, side):
    """All that the two can do together, and what is written of it on the way."""
    person, other = member_of(association), member_of(company)
    if side == "association":
        project = ProjectFactory(association=association, title=WORDS, description=WORDS)
        AskFactory(project=project)
    else:
        NeedFactory(company=company, title=WORDS, description=WORDS)
    introduction = introduce(
        association=association,
        company=company,
        kind="skills",
        asked_by_side="association",
        note=WORDS,
        by=person,
    )
    give_answer(introduction, {"answer": "yes", "note": WORDS}, by=other)
    partnership = Introduction.objects.get(pk=introduction.pk).partnership
    Partnership.objects.filter(pk=partnership.pk).update(title=WORDS)
    for organisation in (association.organisation, company.organisation):
        words = WORDS if MARK in organisation.name else "Bien."
        Reflection.objects.create(
            partnership=partnership, organisation=organisation, moment="evaluation", text=words
        )
        journal.record(organisation, "call", "", "", None, words)
    run_due()
    deliver_due()


@pytest.mark.parametrize("side", ["association", "company"])
def test_its_words_are_nowhere_and_the_others_stay(side):
    association, company = marked(side)
    gone, others = (association, company) if side == "association" else (company, association)
    live(association, company, side)
    organisation = gone.organisation
    ClaimFactory(organisation=organisation, message=WORDS)
    InvitationFactory(organisation=organisation)
    staff = StaffFactory()
    operations.withdraw_organisation(organisation=organisation, by=staff)
    with pytest.raises(StillLeaving):
        operations.erase_organisation(organisation=organisation, by=staff)
    deliver_due()
    assert len(where_it_is_said()) > 5, "or this proves nothing"
    for _ in range(2):
        erased = operations.erase_organisation(organisation=organisation, by=staff)
    assert erased.name == "Organisme effacé"
    assert sorted(where_it_is_said()) == []
    for model in (Claim, Invitation, Membership):
        assert not model.objects.filter(organisation=organisation).exists()
    (line,) = journal.history(organisation).filter(verb=OrganisationEvent.ERASE)
    assert (line.by, line.note) == (staff, "")
    assert Partnership.objects.involving(others.organisation).count() == 1
    assert Reflection.objects.get(organisation=others.organisation).text == "Bien."


def test_what_is_known_of_other_records_stays():
    gone = OrganisationFactory(status="left")
    kept, other = sorted((OrganisationFactory(), OrganisationFactory()), key=lambda one: one.pk)
    merge = Merge.objects.create(
        kept=kept,
        gone_id=other.pk,
        gone_kind="association",
        gone_name="Lucioles",
        snapshot={"name": "Lucioles"},
    )
    pair = Duplicate.objects.create(first=kept, second=other, reason="name", likeness=90)
    asked = SlotRequest.objects.create(organisation_id=kept.pk, about=kept)
    operations.erase_organisation(organisation=gone, by=StaffFactory())
    merge.refresh_from_db()
    assert (merge.gone_name, merge.snapshot) == ("Lucioles", {"name": "Lucioles"})
    assert (Duplicate.objects.get(), SlotRequest.objects.get()) == (pair, asked)


def test_two_erased_records_stand_side_by_side():
    for _ in range(2):
        operations.erase_organisation(organisation=OrganisationFactory(status="left"), by=StaffFactory())
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Organisme effacé"] * 2


def test_a_record_still_here_leaves_first():
    with pytest.raises(DomainError, match="Retirez d’abord"):
        operations.erase_organisation(organisation=OrganisationFactory(), by=StaffFactory())


def test_the_team_alone_erases_and_from_its_page(client):
    introduction = IntroductionFactory()
    organisation, person = introduction.association.organisation, member_of(introduction.association)
    operations.withdraw_organisation(organisation=organisation, by=person)
    OutgoingMail.objects.all().delete()
    with pytest.raises(PermissionDenied):
        operations.erase_organisation(organisation=organisation, by=person)
    address = reverse("accounts:erase", args=[organisation.pk])
    client.force_login(person)
    assert client.post(address).status_code == 404
    client.force_login(StaffFactory())
    page = reverse("pages:organisation", args=[organisation.pk])
    assert address in client.get(page).text
    assert "La fiche est effacée" in client.post(address, follow=True).text
    assert address not in client.get(page).text


def live_in_the_team(organisation, staff):
    """All that people can do with a record beside partnerships, and what is written of it on the way."""
    boss, claimant, guest = MembershipFactory(organisation=organisation).user, UserFactory(), UserFactory()
    claim = operations.claim_organisation(organisation=organisation, message=WORDS, by=claimant)
    deliver_due()
    operations.accept_claim(claim=claim, by=staff)
    invitation, _ = operations.invite_member(
        organisation=organisation, email=guest.email, role="contributor", by=boss
    )
    operations.accept_invitation(invitation=invitation, by=guest)
    operations.invite_member(organisation=organisation, email="autre@exemple.fr", role="contributor", by=boss)
    operations.remove_member(membership=organisation.memberships.get(user=guest), by=boss)
    for days in (1, 3):
        slot = Slot.objects.create(adviser=staff, starts_at=clock.now() + timedelta(days=days))
        agenda.book_slot(slot=slot, organisation_id=organisation.pk, about=organisation, by=boss)
        deliver_due()
        if days == 1:
            agenda.cancel_booking(slot=slot, by=boss)
            deliver_due()


def be_proposed(association, company):
    """To somebody who reads it in the morning's digest."""
    reader = member_of(company)
    SuggestionFactory(association=association, need=NeedFactory(company=company, published=True))
    Suggestion.objects.update(digested_at=clock.now())
    queue(SuggestionsDigest, reader, occurrence=str(clock.today()))
    deliver_due()


def test_nor_in_what_its_team_and_the_platform_did():
    """Mails about the people, or about a slot that is free again; previews of the days to come."""
    staff = StaffFactory()
    association, company = marked("association")
    live_in_the_team(association.organisation, staff)
    be_proposed(association, company)
    preview = Preview.objects.create(days=30, status="done", finished_at=clock.now())
    PreviewLine.objects.create(preview=preview, at=clock.now(), kind="mail", name="accounts.x", text=WORDS)
    other = OutgoingMailFactory(subject="Bonjour", text="Tout va bien.", subject_type=None)
    operations.withdraw_organisation(organisation=association.organisation, by=staff)
    deliver_due()
    told = set(OutgoingMail.objects.filter(text__contains=MARK).values_list("notification", flat=True))
    expected = {
        "accounts.removed_from_team",
        "matching.suggestions_digest",
        "agenda.slot_booked",
        "agenda.slot_given_back",
    }
    assert expected <= told, "or this proves nothing"
    with clock.frozen(TUESDAY + timedelta(days=7)):
        operations.erase_organisation(organisation=association.organisation, by=staff)
    assert sorted(where_it_is_said()) == []
    other.refresh_from_db()
    assert other.text == "Tout va bien."


def test_a_name_is_known_where_its_article_went_into_the_word_before():
    said = ["appeler Les Lucioles", "un appel aux Lucioles", "la fiche des Lucioles."]
    mails = [OutgoingMailFactory(text=text, subject_type=None) for text in [*said, "la nuit des lucioles"]]
    deliver_due()
    forget_naming(as_written("Les Lucioles"), [])
    assert [bool(OutgoingMail.objects.get(pk=mail.pk).text) for mail in mails] == [False, False, False, True]


def test_a_name_is_known_however_it_is_written_and_never_within_another():
    said = ["taken out of L’Arc\u00a0d’or !", "of L’Arc d'or"]
    others = ["of L’Arc d’orge", "of GL’Arc d’or"]
    pattern = as_written("L'Arc d'or")
    mails = [OutgoingMailFactory(text=text, subject_type=None) for text in said + others]
    deliver_due()
    forget_naming(pattern, [])
    kept = [bool(OutgoingMail.objects.get(pk=mail.pk).text) for mail in mails]
    assert kept == [False, False, True, True]
