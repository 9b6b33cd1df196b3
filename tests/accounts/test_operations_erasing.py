"""Erased, a record leaves its name and its words nowhere, and others keep what they did with it."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import models
from django.urls import reverse

from accounts import operations
from accounts.enums import OrganisationEvent
from accounts.models import Claim, Invitation, Membership
from mecenova.agenda.operations import run_due
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import deliver_due
from mecenova.mail.retention import StillLeaving
from mecenova.workflow import journal
from mecenova.workflow.errors import DomainError
from partnerships.answering import give_answer
from partnerships.models import Introduction, Partnership, Reflection
from partnerships.operations import introduce
from tests.accounts.factories import ClaimFactory, InvitationFactory, OrganisationFactory, StaffFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
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


def test_two_erased_records_stand_side_by_side():
    for _ in range(2):
        operations.erase_organisation(organisation=OrganisationFactory(status="left"), by=StaffFactory())


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
