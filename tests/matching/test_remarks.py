"""What a company adds for the team as it says no: read by the team on three pages, by nobody else."""

import pytest
from django.urls import reverse

from matching.operations import decline_suggestion
from matching.remarks import LATEST, remarks_of
from tests.accounts.factories import MembershipFactory, StaffFactory
from tests.matching.factories import RoundFactory, SuggestionFactory

pytestmark = pytest.mark.django_db
NOTE = "Nous avons déjà un parrain <b>à Lille</b>."


@pytest.fixture
def declined():
    suggestion = SuggestionFactory()
    person = MembershipFactory(organisation=suggestion.company.organisation).user
    decline_suggestion(suggestion=suggestion, reason="territory", note=NOTE, by=person)
    return suggestion


def pages_of_the_team(suggestion):
    return (
        suggestion.get_absolute_url(),
        reverse("matching:pair", args=[suggestion.need_id, suggestion.association_id]),
        reverse("pages:organisation", args=[suggestion.company.organisation_id]),
        reverse("pages:organisation", args=[suggestion.association.organisation_id]),
    )


def test_the_team_reads_it_on_the_suggestion_the_pair_and_both_organisations(client, declined):
    client.force_login(StaffFactory())
    for address in pages_of_the_team(declined):
        page = client.get(address).text
        assert "Nous avons déjà un parrain &lt;b&gt;à Lille&lt;/b&gt;." in page, address
        assert declined.get_absolute_url() in page


def test_the_association_reads_it_nowhere_and_the_company_s_page_keeps_it_for_the_team(client, declined):
    member = MembershipFactory(organisation=declined.association.organisation).user
    client.force_login(member)
    for address in (
        "/presentations/",
        "/tableau-de-bord/",
        declined.association.get_absolute_url(),
        declined.company.get_absolute_url(),
    ):
        assert "déjà un parrain" not in client.get(address).text
    assert {client.get(address).status_code for address in pages_of_the_team(declined)} == {404}


def test_a_no_without_a_word_adds_no_section(client):
    suggestion = SuggestionFactory()
    person = MembershipFactory(organisation=suggestion.company.organisation).user
    decline_suggestion(suggestion=suggestion, reason="territory", by=person)
    client.force_login(StaffFactory())
    for address in pages_of_the_team(suggestion):
        assert "Précisions écrites à l’équipe" not in client.get(address).text


def test_the_latest_are_shown_first_in_as_many_queries_as_one(declined, query_count):
    organisation, need, run = declined.company.organisation, declined.need, RoundFactory()
    one = query_count(lambda: remarks_of(organisation.pk))
    person = organisation.memberships.get().user
    for number in range(LATEST):
        other = SuggestionFactory(need=need, round=run)
        decline_suggestion(suggestion=other, reason="amount", note=f"Trop cher, {number}.", by=person)
    assert query_count(lambda: remarks_of(organisation.pk)) == one
    notes = [remark.note for remark in remarks_of(organisation.pk)]
    assert notes == [f"Trop cher, {number}." for number in reversed(range(LATEST))]
