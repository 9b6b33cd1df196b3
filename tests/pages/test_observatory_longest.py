"""Behind each figure, who has been waiting the longest: everybody who waits, nobody else, in their order."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType

from accounts.enums import OrganisationKind, OrganisationStatus, Origin
from accounts.models import Organisation
from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.pages.observatory.longest import SHOWN, Waiting, longest
from tests.accounts.factories import MembershipFactory, OrganisationFactory
from tests.associations.factories import AssociationFactory
from tests.mail.factories import OutgoingMailFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now():
    with clock.frozen(NOW) as stopped:
        yield stopped


def ago(days):
    return NOW - timedelta(days=days)


def signed_up(name, days, *, people=1, **fields):
    organisation = OrganisationFactory(name=name, **fields)
    MembershipFactory.create_batch(people, organisation=organisation)
    Organisation.objects.filter(pk=organisation.pk).update(created_at=ago(days))
    return organisation


def welcome(organisation, status):
    """Its welcome, written, and sent or not."""
    mail = OutgoingMailFactory(notification="matching.welcome", due_at=ago(1))
    OutgoingMail.objects.filter(pk=mail.pk).update(
        status=status,
        sent_at=ago(1) if status == MailStatus.SENT else None,
        subject_type=ContentType.objects.get_for_model(organisation),
        subject_id=organisation.pk,
    )


def waiting(figure):
    return [(one.name, one.days) for one in longest()[figure]]


def test_a_welcome_is_awaited_until_it_has_left_by_whoever_came_by_themselves_and_is_here():
    signed_up("Deux personnes", 5, people=2)
    signed_up("Une entreprise", 8, kind=OrganisationKind.COMPANY)
    welcome(signed_up("Son courriel attend", 6), MailStatus.PENDING)
    welcome(signed_up("Accueillie", 9), MailStatus.SENT)
    signed_up("Partie", 9, status=OrganisationStatus.LEFT)
    signed_up("Entrée par un fichier", 9, origin=Origin.IMPORT)
    signed_up("Une mairie", 9, kind=OrganisationKind.PUBLIC_BODY)
    signed_up("Personne dedans", 9, people=0)
    assert waiting("answer") == [("Une entreprise", 8), ("Son courriel attend", 6), ("Deux personnes", 5)]


def test_a_check_by_the_oldest_sign_up():
    signed_up("Hier", 1, status=OrganisationStatus.TO_CHECK)
    signed_up("La semaine dernière", 7, status=OrganisationStatus.TO_CHECK)
    signed_up("Vérifiée", 9)
    assert waiting("check") == [("La semaine dernière", 7), ("Hier", 1)]


def test_an_answer_by_the_oldest_request_since_it_was_sent():
    for name, days in (("Hier", 1), ("La semaine dernière", 7)):
        IntroductionFactory(
            association__organisation__name=name,
            company__organisation__name=f"Société {name}",
            requested_at=ago(days),
            created_at=ago(30),
        )
    assert waiting("introduction") == [
        ("La semaine dernière → Société La semaine dernière", 7),
        ("Hier → Société Hier", 1),
    ]


@pytest.mark.parametrize(("presented", "days"), [(None, 200), (89, None), (90, 90), (120, 120)])
def test_a_presentation_since_the_last_one_or_the_check(presented, days):
    one = AssociationFactory(complete=True, organisation__checked_at=ago(200))
    AssociationFactory(complete=True, organisation__checked_at=ago(89))
    if presented is not None:
        SuggestionFactory(association=one, presented_at=ago(150))
        SuggestionFactory(association=one, presented_at=ago(presented))
    assert waiting("attention") == ([] if days is None else [(one.organisation.name, days)])


def test_a_presentation_by_whoever_has_waited_longest():
    for name, days in (("Cent jours", 100), ("Trois cents jours", 300), ("Deux cents jours", 200)):
        AssociationFactory(complete=True, organisation__checked_at=ago(days), organisation__name=name)
    assert [name for name, _ in waiting("attention")] == [
        "Trois cents jours",
        "Deux cents jours",
        "Cent jours",
    ]


def test_days_are_those_of_the_calendar_in_paris(now):
    """Signed up yesterday evening, one hour ago: since yesterday."""
    now.move_to(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    assert Waiting("Hier soir", "", datetime(2026, 11, 23, 22, 30, tzinfo=UTC)).days == 1
    assert Waiting("Ce matin", "", datetime(2026, 11, 23, 23, 5, tzinfo=UTC)).days == 0


def test_a_page_of_them():
    for days in range(SHOWN + 1):
        signed_up(f"Il y a {days} jours", days)
    assert len(waiting("answer")) == SHOWN
    assert ("Il y a 0 jours", 0) not in waiting("answer")
