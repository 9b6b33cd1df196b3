"""No mail to anybody who has left: every notification of the site, asked again once its reader is gone.

A new notification is walked by itself, from the type of its subject.
"""

import inspect

import pytest
from django.contrib.contenttypes.models import ContentType

from accounts.models import Claim, Invitation, Membership, Organisation, User
from accounts.operations import withdraw_organisation
from associations.models import Project
from companies.models import Need
from infotheque.enums import TipStatus
from infotheque.models import Tip
from matching.models import Diagnosis, Suggestion
from mecenova.agenda.models import Slot
from mecenova.agenda.models.slot import SlotRequest
from mecenova.calendar import clock
from mecenova.mail.delivery import Delivery, deliver_due
from mecenova.mail.digest import is_wanted
from mecenova.mail.models import OutgoingMail
from mecenova.mail.notifications import registered
from partnerships.answering import give_answer
from partnerships.models import Introduction, Partnership
from tests.accounts.factories import ClaimFactory, InvitationFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.mail.factories import OutgoingMailFactory
from tests.matching.factories import DiagnosisFactory, SuggestionFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db

WALKED = [cls for cls in registered() if not cls.name.startswith("tests.")]
# Written to a person as such, whatever their teams: what they asked themselves, or the news that they left.
TO_THE_PERSON = {
    "accounts.claim_delayed",
    "accounts.claim_received",
    "accounts.claim_refused",
    "accounts.removed_from_team",
    # An appointment that was in their calendar, and is not to be.
    "agenda.slot_cancelled",
    # The document that they suggested, of a team or of none.
    "infotheque.tip_declined",
    "mail.weekly_digest",
}
# What they are told of its end, once it has left.
OF_AN_ORGANISATION_THAT_LEFT = {"accounts.organisation_withdrawn"}


@pytest.fixture
def reader():
    """Of an association, of a company, and of the team: of whatever a mail can be about."""
    return StaffFactory()


@pytest.fixture
def subjects(reader):
    association = AssociationFactory(complete=True, members=[reader])
    company = CompanyFactory(members=[reader])
    project = ProjectFactory(association=association)
    introduction = IntroductionFactory(association=association, company=company)
    accepted = IntroductionFactory(association=association, company=company)
    give_answer(accepted, {"answer": "yes", "note": ""}, by=reader)
    organisation = association.organisation
    subject_type = ContentType.objects.get_for_model(organisation)
    return {
        User: reader,
        Organisation: organisation,
        Claim: ClaimFactory(organisation=organisation, user=reader),
        Invitation: InvitationFactory(
            organisation=organisation,
            invited_by=reader,
            accepted_by=UserFactory(),
            accepted_at=clock.now(),
        ),
        Project: project,
        Diagnosis: DiagnosisFactory(project=project),
        Suggestion: SuggestionFactory(association=association, declined=True),
        Need: NeedFactory(company=company),
        "company": company.organisation,
        Introduction: introduction,
        Partnership: Introduction.objects.get(pk=accepted.pk).partnership,
        Slot: Slot.objects.create(
            adviser=reader,
            starts_at=clock.now(),
            booked_at=clock.now(),
            booked_by=reader,
            booked_by_organisation_id=organisation.pk,
            booked_for_type=subject_type,
            booked_for_id=organisation.pk,
        ),
        SlotRequest: SlotRequest.objects.create(
            organisation_id=organisation.pk,
            about_type=subject_type,
            about_id=organisation.pk,
            asked_by=reader,
        ),
        Tip: Tip.objects.create(
            title="Un guide", given_by=reader, status=TipStatus.DECLINED, decided_at=clock.now()
        ),
    }


def subject_of(cls, subjects):
    kind = inspect.signature(cls.recipients).parameters["subject"].annotation
    if kind in subjects:
        return subjects[kind]
    if cls.name.startswith("companies."):
        return (
            subjects[Need] if "AboutNeed" in [base.__name__ for base in cls.__mro__] else subjects["company"]
        )
    return subjects[User]


@pytest.mark.parametrize("notification", WALKED, ids=lambda cls: cls.name)
def test_of_a_closed_account(notification, reader):
    """Whatever it is about, and however urgent."""
    OutgoingMailFactory(recipient=reader, notification=notification.name)
    User.objects.update(is_active=False)
    assert deliver_due() == {Delivery.CANCELLED: 1}
    assert OutgoingMail.objects.get().last_error == "recipient is no longer active"


def still_told(reader, subjects):
    """The names of what this person, no longer of the team, would still be told of these."""
    User.objects.filter(pk=reader.pk).update(is_staff=False)
    gone = User.objects.get(pk=reader.pk)
    found = set()
    for notification in WALKED:
        subject = subject_of(notification, subjects)
        if is_wanted(notification(), type(subject)._base_manager.get(pk=subject.pk), gone):
            found.add(notification.name)
    return found


def test_of_every_team(reader, subjects):
    Membership.objects.all().delete()
    assert still_told(reader, subjects) <= TO_THE_PERSON


def test_of_a_team_whose_organisation_has_left(reader, subjects):
    for organisation in Organisation.objects.all():
        withdraw_organisation(organisation=organisation, by=None)
    assert still_told(reader, subjects) <= TO_THE_PERSON | OF_AN_ORGANISATION_THAT_LEFT
