"""The team's pages of two records: what they promise of a merge, and where they lead once it is done."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Membership, Merge
from accounts.operations import find_duplicates, merge_organisations
from accounts.operations.merge_log import what_was_said
from accounts.operations.merges import team_after
from associations.models import Association
from mecenova.calendar import clock
from mecenova.reference.models import Cause
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory
from tests.associations.factories import AssociationFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    return [AssociationFactory(complete=True).organisation for _ in range(2)]


def address_of(name, pair):
    return reverse(f"accounts:{name}", args=[each.pk for each in pair])


def read(client, address):
    return client.get(address, follow=True).content.decode()


def test_the_log_says_all_that_the_other_record_said_in_the_words_of_the_screen(team, pair):
    kept, gone = pair
    Association.objects.filter(organisation=gone).update(
        rna="W751234567", purpose="Ce que disait l’autre", yearly_budget="184000.00"
    )
    gone.association.causes.set(Cause.objects.filter(slug__in=["culture", "sport"]))
    merge_organisations(kept=kept, gone=gone, by=None, numbers_confirmed=True)
    log = read(team, reverse("accounts:merges"))
    for told in (
        "W751234567",
        "Ce que disait l’autre",
        "184\u202f000\u00a0€",
        "Culture",
        "Vérifiée",
        "Inscription",
    ):
        assert told in log
    assert "checked" not in log
    assert "T00:00" not in log


def test_the_log_says_who_made_one_of_which_and_when_and_the_kept_one_keeps_its_words(client, pair):
    kept, gone = pair
    staff, colleague = StaffFactory.create_batch(2)
    Association.objects.filter(organisation=kept).update(purpose="Ce que garde la fiche")
    Association.objects.filter(organisation=gone).update(purpose="Ce que disait l’autre")
    with clock.frozen(datetime(2026, 11, 24, 23, 30, tzinfo=UTC)):
        merge_organisations(kept=kept, gone=gone, by=staff, numbers_confirmed=True)
    client.force_login(colleague)
    log = client.get(reverse("accounts:merges")).text
    said = re.sub(r"\s+", " ", log)
    assert f"A reçu « {gone.name} » ({gone.postal_code}) le mercredi 25 novembre 2026, par {staff}." in said
    assert f'href="{reverse("pages:organisation", args=[kept.pk])}"' in log
    assert "Ce que disait l’autre" in log
    assert "Ce que garde la fiche" not in log
    assert Association.objects.get().purpose == "Ce que garde la fiche"


def test_the_log_costs_the_same_with_one_merge_and_with_ten(team, query_count):
    kept = AssociationFactory(complete=True).organisation
    for number in range(10):
        gone = AssociationFactory(complete=True).organisation
        merge_organisations(kept=kept, gone=gone, by=None, numbers_confirmed=True)
        if number == 0:
            once = query_count(lambda: team.get(reverse("accounts:merges")))
    assert query_count(lambda: team.get(reverse("accounts:merges"))) == once


def test_the_log_says_nothing_of_what_has_gone_since_nor_of_what_was_never_said(team, pair):
    """A cause removed from the list shortens its line; a département that was not said has none."""
    kept, gone = pair
    culture, other = Cause.objects.get(slug="culture"), Cause.objects.create(slug="autre", name="Autre chose")
    gone.association.causes.set([culture, other])
    type(gone).objects.filter(pk=gone.pk).update(department=None)
    merge_organisations(kept=kept, gone=gone, by=None, numbers_confirmed=True)
    kept.association.causes.remove(other)
    said = dict(what_was_said(list(Merge.objects.all()))[0][1])
    assert said["Causes"] == "Autre chose, Culture"
    other.delete()
    with CaptureQueriesContext(connection) as queries:
        said = dict(what_was_said(list(Merge.objects.all()))[0][1])
    assert said["Causes"] == "Culture"
    assert "None" not in said.values()
    assert not [query for query in queries if "NULL" in query["sql"].partition("WHERE")[2]]


def test_an_erased_record_is_told_nothing_of_in_the_log(team, pair):
    merge_organisations(kept=pair[0], gone=pair[1], by=None, numbers_confirmed=True)
    Merge.objects.update(snapshot={})
    assert team.get(reverse("accounts:merges")).status_code == 200


def test_a_merge_done_in_another_tab_is_said_whichever_way_it_is_asked_again(team, pair):
    merge_organisations(kept=pair[0], gone=pair[1], by=None, numbers_confirmed=True)
    for each in (pair, pair[::-1]):
        assert "C’était déjà fait" in read(team, address_of("comparison", each))
        for name in ("merge", "tell_apart"):
            answer = team.post(address_of(name, each), {"numbers_confirmed": "on"}, follow=True)
            assert pair[0].name in answer.content.decode()
            assert "C’était déjà fait" in answer.content.decode()
    assert Merge.objects.count() == 1


def test_a_record_merged_with_a_third_is_compared_by_the_one_that_replaces_it(team, pair):
    third = AssociationFactory(complete=True).organisation
    merge_organisations(kept=third, gone=pair[1], by=None, numbers_confirmed=True)
    answer = team.get(address_of("comparison", pair))
    assert answer.url == address_of("comparison", [pair[0], third])
    assert team.post(address_of("merge", pair), {"numbers_confirmed": "on"}).url == answer.url
    assert Merge.objects.count() == 1


def test_the_teams_page_of_a_merged_record_leads_to_the_one_that_stays(team, pair):
    merge_organisations(kept=pair[0], gone=pair[1], by=None, numbers_confirmed=True)
    answer = team.get(reverse("pages:organisation", args=[pair[1].pk]))
    assert (answer.status_code, answer.url) == (301, reverse("pages:organisation", args=[pair[0].pk]))


def test_from_a_page_of_the_list_one_comes_back_to_that_page(team):
    for number in range(12):
        for ending in ("", " de Lyon"):
            OrganisationFactory(name=f"Les Lampes {'abcdefghijkl'[number] * 6}{ending}", postal_code="69003")
    assert find_duplicates() == 12
    page = read(team, reverse("accounts:duplicates") + "?page=2")
    link = next(
        part for part in page.split('"') if part.startswith("/equipe/doublons/") and part.endswith("/?page=2")
    )
    comparison = read(team, link)
    merge = next(part for part in comparison.split('"') if "/fusionner/" in part)
    assert merge.endswith("/fusionner/?page=2")
    assert team.post(merge).url == f"{reverse('accounts:duplicates')}?page=2"


@pytest.mark.parametrize("has_people", [True, False])
def test_a_mail_is_told_of_only_when_somebody_receives_it(team, pair, has_people):
    Membership.objects.all().delete()
    if has_people:
        MembershipFactory(organisation=pair[1])
    answer = team.post(address_of("merge", pair), {"numbers_confirmed": "on"}, follow=True)
    assert ("Le courriel à ses membres" in answer.content.decode()) is has_people


def test_the_page_names_the_team_as_it_will_be(team):
    kept = AssociationFactory(complete=True).organisation
    gone = AssociationFactory(complete=True, organisation__status="to_check").organisation
    Membership.objects.all().delete()
    both = MembershipFactory(organisation=kept).user
    MembershipFactory(organisation=gone, user=both, role="contributor")
    newcomer = MembershipFactory(organisation=gone).user
    told = team_after(kept, gone)
    page = read(team, address_of("comparison", [kept, gone]))
    assert f"{newcomer} (membre de l’équipe)" in page
    merge_organisations(kept=kept, gone=gone, by=None, numbers_confirmed=True)
    after = {membership.user: membership.get_role_display() for membership in kept.memberships.all()}
    assert dict(told) == after
    assert len(told) == len(after) == 2


def test_what_follows_is_told_in_words_that_the_team_knows(team, pair):
    kept, gone = pair
    ProjectFactory(association=gone.association)
    page = read(team, address_of("comparison", [kept, gone]))
    assert "1 projet" in page
    for unknown in ("appartenance", "lecture d’association", "à rapprocher"):
        assert unknown not in page


def test_a_list_that_says_less_leaves_nothing_to_the_log_alone(team, pair):
    kept, gone = pair
    kept.association.causes.set(Cause.objects.filter(slug__in=["culture", "sport"]))
    gone.association.causes.set(Cause.objects.filter(slug="sport"))
    lines = team.get(address_of("comparison", pair)).context["lines"]
    (causes,) = [line for line in lines if line.label == "Causes"]
    assert (causes.is_left, causes.is_filled) == (False, False)


@pytest.mark.parametrize(
    ("status", "told"), [("unclaimed", "Personne ne tient encore cette fiche"), ("left", "a quitté le site")]
)
def test_nothing_is_owed_to_a_record_that_nobody_holds(team, status, told):
    found = OrganisationFactory(status=status)
    page = read(team, reverse("pages:organisation", args=[found.pk]))
    assert told in page
    assert "Anomalie" not in page
