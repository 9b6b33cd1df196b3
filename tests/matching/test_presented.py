"""What an association reads of its presentations, once things have moved since."""

import html

import pytest

from accounts.operations import withdraw_organisation
from companies.models import Policy
from matching.models import Suggestion
from mecenova.calendar import clock
from partnerships.operations import accept_introduction
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
PAGES = ("/presentations/", "/tableau-de-bord/")


@pytest.fixture
def suggestion():
    return SuggestionFactory()


@pytest.fixture
def reader(suggestion):
    person = UserFactory()
    MembershipFactory(organisation=suggestion.association.organisation, user=person)
    return person


@pytest.fixture
def association_client(client, reader):
    client.force_login(reader)
    return client


def test_after_a_no_of_a_company_that_left_no_date_is_promised(association_client, suggestion):
    Suggestion.objects.update(status="declined", refusal_reason="unclear", answered_at=clock.now())
    withdraw_organisation(organisation=suggestion.company.organisation, by=None)
    for address in PAGES:
        page = association_client.get(address).text
        assert "Depuis, cette entreprise a quitté Mecenova." in page
        assert "pourra de nouveau être proposée à cette entreprise" not in page


def test_the_chances_say_of_which_of_its_associations_they_are(association_client, reader):
    other = AssociationFactory(organisation__name="Zéphyr")
    MembershipFactory(organisation=other.organisation, user=reader)
    assert "<strong>Zéphyr</strong>" not in association_client.get("/presentations/").text
    assert "<strong>Zéphyr</strong>" in association_client.get(f"/presentations/?association={other.pk}").text


def test_a_no_leaves_its_place_to_what_the_two_have_begun_since(association_client, suggestion):
    Suggestion.objects.update(status="declined", refusal_reason="unclear", answered_at=clock.now())
    asked = IntroductionFactory(
        association=suggestion.association, company=suggestion.company, need=suggestion.need
    )
    accept_introduction(introduction=asked, by=member_of(suggestion.company))
    for address in PAGES:
        page = html.unescape(association_client.get(address).text)
        assert "L’entreprise a répondu\u00a0: projet pas assez précis." in page
        assert "Vous êtes déjà en relation avec cette entreprise pour ce besoin." in page
        assert f'href="{asked.partnership.get_absolute_url()}"' in page
        assert "À faire maintenant" not in page
        assert "pourra de nouveau être proposée à cette entreprise" not in page


@pytest.mark.parametrize("refused", ["door", "nobody"])
def test_nobody_is_told_to_write_who_would_be_refused(association_client, suggestion, refused):
    """A closed door; a company checked before anybody came to answer for it."""
    somebody = MembershipFactory(organisation=suggestion.company.organisation)
    for address in PAGES:
        assert "Sans attendre, écrivez-lui" in association_client.get(address).text
    if refused == "door":
        Policy.objects.update(monthly_capacity=0)
    else:
        somebody.delete()
    for address in PAGES:
        assert "Sans attendre, écrivez-lui" not in association_client.get(address).text
