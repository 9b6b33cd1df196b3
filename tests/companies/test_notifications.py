"""Whole mails, as they leave; and who gets none."""

from datetime import UTC, date, datetime

import pytest

from accounts.operations import accept_claim, check_organisation
from companies import notifications
from companies.models import Policy
from companies.operations import create_need
from mecenova.agenda.operations import next_step
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import queue
from mecenova.reference.enums import Kind
from mecenova.ui.figures import long_date
from tests.accounts.factories import ClaimFactory, MembershipFactory, StaffFactory, UserFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.mail.reading import the_mail, whole

pytestmark = pytest.mark.django_db

KEY = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def company():
    with clock.frozen(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        yield CompanyFactory(
            id=KEY, organisation__name="Banque & Fils", members=[UserFactory(first_name="Inès")], policy=None
        )


def written(notification, subject):
    assert queue(notification, subject) == 1
    assert queue(notification, subject) == 0
    mail = the_mail(notification)
    return whole(mail)


def test_complete_policy(company, snapshot):
    Policy.objects.create(company=company, kinds=["financial"])
    assert written(notifications.CompletePolicy, company.organisation) == snapshot


@pytest.mark.parametrize(
    ("policy", "published", "said"),
    [
        (False, False, "Dire ce que vous soutenez"),
        (True, False, "Publier un besoin"),
        (True, True, "Rien ne vous est demandé pour l’instant"),
    ],
)
def test_once_checked_a_company_is_asked_for_nothing_it_has_given(policy, published, said):
    """What is truly next: its own step, or that of the team, and by when."""
    given = {} if policy else {"policy": None}
    company = CompanyFactory(organisation__status="to_check", members=[UserFactory()], **given)
    if published:
        NeedFactory(company=company, published=True)
    check_organisation(organisation=company.organisation, by=StaffFactory())
    text = " ".join(OutgoingMail.objects.get().text.split())
    assert said in text
    step = next_step(company.organisation)
    assert " ".join(step.what_to_you.split()) in text
    assert " ".join(f"Au plus tard le {long_date(step.deadline)}.".split()) in text
    assert "Dites maintenant" not in text


def test_who_is_let_in_reads_what_is_next_and_by_which_day():
    company = CompanyFactory(organisation__status="unclaimed", organisation__origin="import", policy=None)
    accept_claim(claim=ClaimFactory(organisation=company.organisation), by=StaffFactory())
    (mail,) = OutgoingMail.objects.filter(notification="accounts.claim_accepted")
    step = next_step(company.organisation)
    assert f"À vous de jouer\u00a0: {step.what_to_you}" in mail.text
    assert f"Au plus tard le {long_date(step.deadline)}." in mail.text


def test_no_name_has_to_be_feminine(company):
    company.organisation.name = "Le Groupe d’ici"
    company.organisation.save()
    mail = written(notifications.CompletePolicy, company.organisation)
    assert mail.startswith("Le Groupe d’ici\u00a0: dites ce que vous soutenez")
    assert "Nous avons vérifié la fiche du Groupe d’ici" in mail


def test_publish_need(company, snapshot):
    assert written(notifications.PublishNeed, company.organisation) == snapshot


@pytest.mark.parametrize(
    "notification", [notifications.FinishNeed, notifications.ReviewNeed], ids=lambda found: found.name
)
def test_about_a_need(company, snapshot, notification):
    published = notification is notifications.ReviewNeed
    need = NeedFactory(
        id=KEY, company=company, title="Des *étoiles* [ici](http://mal.example)", published=published
    )
    assert written(notification, need) == snapshot


def test_needs_brought_are_awaited_by_the_day_of_their_pages(company):
    need = create_need(company=company, by=None, kind=Kind.IN_KIND, title="Chaises")
    text = written(notifications.NeedsBrought, company.organisation)
    assert f"si possible au plus tard le {long_date(next_step(need).deadline)}" in text


def test_needs_brought(company, snapshot):
    NeedFactory(id=KEY, company=company, title="Des *étoiles* [ici](http://mal.example)")
    assert written(notifications.NeedsBrought, company.organisation) == snapshot


@pytest.mark.parametrize("published", [True, False])
def test_need_closed(company, snapshot, published):
    need = NeedFactory(
        id=KEY,
        company=company,
        title="Trois graphistes",
        deadline=date(2026, 3, 1),
        published_at=clock.now() if published else None,
        closed_at=clock.now(),
        status="closed",
    )
    assert written(notifications.NeedClosed, need) == snapshot


def test_asked_again_at_the_moment_of_leaving(company):
    recipient = company.organisation.members.get()
    need = NeedFactory(company=company, published=True)
    organisation = company.organisation
    still = {
        notifications.CompletePolicy: (organisation, True),
        notifications.PublishNeed: (organisation, False),
        notifications.FinishNeed: (need, False),
        notifications.NeedsBrought: (organisation, False),
        notifications.ReviewNeed: (need, True),
        notifications.NeedClosed: (need, False),
    }
    for notification, (subject, expected) in still.items():
        assert notification().still_wanted(subject, recipient) is expected, notification.name
        assert not notification().still_wanted(subject, UserFactory())
        assert not notification().still_wanted(subject, MembershipFactory().user)
    organisation.status = "to_check"
    for notification, (subject, _) in still.items():
        subject = organisation if subject == organisation else need
        need.company.organisation.status = "to_check"
        assert not notification().still_wanted(subject, recipient)


def test_closed_accounts_get_nothing(company):
    company.organisation.members.update(is_active=False)
    assert queue(notifications.PublishNeed, company.organisation) == 0
