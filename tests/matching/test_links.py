"""The two links of a digest: GET shows, POST acts, no login, once."""

import pytest
from django.urls import reverse

from matching.enums import SuggestionStatus
from matching.links import DeclineLink, InterestLink
from matching.models import Suggestion
from mecenova.mail.links import link_for
from partnerships.models import Introduction
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.associations.factories import ProjectFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory


@pytest.fixture
def suggestion(db):
    """Of an association that somebody answers for."""
    made = SuggestionFactory()
    MembershipFactory(organisation=made.association.organisation)
    return made


@pytest.fixture
def person(suggestion):
    return MembershipFactory(organisation=suggestion.company.organisation).user


def path(link, suggestion, person):
    return link_for(link, suggestion, person).removeprefix("http://testserver")


def test_opening_the_link_changes_nothing(client, suggestion, person):
    for link in (InterestLink, DeclineLink):
        page = client.get(path(link, suggestion, person))
        assert page.status_code == 200
        assert suggestion.association.organisation.name in page.content.decode()
    suggestion.refresh_from_db()
    assert suggestion.status == SuggestionStatus.PRESENTED


def test_what_is_answered_can_be_read_first_without_logging_in(client, suggestion, person):
    project = ProjectFactory(association=suggestion.association, published=True)
    Suggestion.objects.filter(pk=suggestion.pk).update(project=project)
    page = client.get(path(InterestLink, suggestion, person)).content.decode()
    for shown_in_full in (project, suggestion.association):
        assert f'href="{shown_in_full.get_absolute_url()}"' in page
        assert client.get(shown_in_full.get_absolute_url()).status_code == 200


def test_one_click_is_enough_the_message_is_already_begun(client, suggestion, person):
    url = path(InterestLink, suggestion, person)
    form = client.get(url).context["form"]
    answer = client.post(url, {"note": form.initial.get("note") or form.fields["note"].initial})
    assert answer.status_code == 200
    assert Introduction.objects.get().asked_by == person


def test_a_no_by_link_keeps_its_reason(client, suggestion, person):
    url = path(DeclineLink, suggestion, person)
    without = client.post(url, {})
    assert (without.status_code, list(without.context["form"].errors)) == (422, ["reason"])
    client.post(url, {"reason": "territory"})
    suggestion.refresh_from_db()
    assert suggestion.refusal_reason == "territory"


@pytest.mark.parametrize("link", [InterestLink, DeclineLink])
def test_a_link_says_that_the_association_has_already_written(client, suggestion, person, link):
    assert "vous a écrit" not in client.get(path(link, suggestion, person)).content.decode()
    IntroductionFactory(association=suggestion.association, company=suggestion.company, need=suggestion.need)
    page = client.get(path(link, suggestion, person)).content.decode()
    assert "vous a écrit le" in page
    assert "vaut aussi pour sa demande" in page


def test_a_link_used_twice_says_what_became_of_it(client, suggestion, person):
    client.post(path(DeclineLink, suggestion, person), {"reason": "territory"})
    page = client.get(path(InterestLink, suggestion, person))
    assert f"{suggestion.company.organisation.name} a répondu non le " in page.content.decode()
    assert reverse("matching:suggestions") in page.content.decode()
    client.post(path(InterestLink, suggestion, person), {"note": "Oui"})
    assert not Introduction.objects.exists()


def test_a_link_of_somebody_who_left_the_company_does_nothing(client, suggestion, person):
    person.memberships.all().delete()
    client.post(path(InterestLink, suggestion, person), {"note": "Oui"})
    assert not Introduction.objects.exists()


def test_a_link_given_to_a_stranger_does_nothing(client, suggestion):
    client.post(path(InterestLink, suggestion, UserFactory()), {"note": "Oui"})
    assert not Introduction.objects.exists()


def test_who_has_left_the_company_reads_nothing_of_it(client, suggestion, person):
    links = [path(link, suggestion, person) for link in (InterestLink, DeclineLink)]
    person.memberships.all().delete()
    assert [client.get(link).status_code for link in links] == [404, 404]
