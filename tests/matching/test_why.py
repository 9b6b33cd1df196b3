"""Why not shown: the filter, the rank, the places, the date; and what a change would open, counted."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.operations import withdraw_organisation
from associations.forms.profile import SECTIONS as of_the_record
from matching.applicant import applicant
from matching.openings import openings_of
from matching.operations import decline_suggestion, run_round
from matching.pairs import look_at, settled_between
from matching.profiles import repair, reweigh
from matching.ranking import rank_everybody
from matching.scoring import STOPS
from matching.suited import Suited, why_none
from matching.verdicts import SECTIONS, TOLD, TOLD_IN_SHORT, told_to_association, told_to_team
from mecenova.calendar import clock
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory
from tests.reading import shown

pytestmark = pytest.mark.django_db
# Where the page of a section names otherwise what a filter stops at.
FIELDS = {
    "refused_kind": "refused_kinds",
    "refused_sector": "refused_sectors",
    "territory_unknown": "territories",
    "territory": "territories",
}
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize("stop", SECTIONS)
def test_what_stops_an_association_is_said_otherwise_on_the_page_that_it_is_led_to(stop):
    section, _ = SECTIONS[stop]
    assert FIELDS.get(stop, stop) in of_the_record[section].base_fields


def suiting_need(**fields):
    return NeedFactory(published=True, **{"territories": ["59"], **fields})


def counted(association):
    """Once the night's check has written what factories told nobody of."""
    repair()
    reweigh()
    return openings_of(applicant(association))


def sentences(need, association):
    return [one.text for one in told_to_association(look_at(need, association))]


def member_of(association):
    return MembershipFactory(organisation=association.organisation).user


def test_every_filter_has_its_words():
    assert TOLD.keys() == TOLD_IN_SHORT.keys() == STOPS.keys()


@pytest.mark.parametrize("name", STOPS)
def test_why_no_need_suits_is_told_to_the_association_itself(name):
    association = AssociationFactory(complete=True)
    for number in (1, 12):
        told = why_none(association, Suited([], {name: number}, applicant(association).names))
        assert told.text.partition("\u00a0: ")[2] == f"{TOLD[name][:1].lower()}{TOLD[name][1:]}"
        assert "association" not in told.text
        assert bool(told.url) is bool(told.label) is (name in SECTIONS)


@pytest.mark.parametrize(
    ("association", "need", "name"),
    [
        ({"refused_kinds": ["financial"]}, {}, "refused_kind"),
        ({"stance": "expert_only"}, {}, "stance"),
        ({"stance": "paused", "paused_until": date(2999, 1, 1)}, {}, "stance"),
        ({"general_interest": "no"}, {}, "general_interest"),
        ({}, {"territories": ["13"]}, "territory"),
    ],
)
def test_the_filter_is_told(association, need, name):
    found = sentences(suiting_need(**need), AssociationFactory(complete=True, **association))
    assert TOLD[name] in found


def test_all_the_filters_are_told_not_the_first_alone():
    association = AssociationFactory(complete=True, refused_kinds=["financial"], general_interest="no")
    pair = look_at(suiting_need(territories=["13"]), association)
    assert [one.name for one in pair.stops] == ["refused_kind", "general_interest", "territory"]
    assert "3 filtres" in told_to_team(pair)


def test_the_rank_is_a_number_and_never_a_name():
    need = suiting_need(title="Ateliers de potager pour l’emploi")
    association = AssociationFactory(complete=True, organisation__name="Les Dernières")
    better = AssociationFactory.create_batch(
        5, complete=True, purpose="Ateliers de potager pour retrouver un emploi, chaque semaine." * 2
    )
    rank_everybody()
    pair = look_at(need, association)
    assert pair.standing.before == 5
    assert pair.standing.compatible == 6
    told = " ".join(sentences(need, association))
    assert ("5 associations passaient avant" in told) is pair.is_worth_a_place
    assert not any(each.organisation.name in told for each in better)


def test_a_handful_before_is_not_counted_aloud():
    need = suiting_need(title="Des parrains pour l’emploi des jeunes")
    association = AssociationFactory(complete=True)
    rank_everybody()
    pair = look_at(need, association)
    assert pair.is_suited
    assert "Aucune association ne répond de plus près" in " ".join(sentences(need, association))


def test_no_place_left_says_when_the_next_come():
    company = CompanyFactory(policy__monthly_capacity=1)
    need = suiting_need(company=company)
    with clock.frozen(MONDAY):
        AssociationFactory.create_batch(2, complete=True)
        run_round()
        other = AssociationFactory(complete=True)
        told = " ".join(sentences(need, other)).replace("\u00a0", " ")
    assert "1er décembre 2026" in told


def test_who_is_not_checked_yet_is_told_no_days_since_a_check():
    association = AssociationFactory(
        complete=True, organisation__status="to_check", organisation__checked_at=None
    )
    said = " ".join(sentences(suiting_need(), association))
    assert "depuis votre vérification" not in said
    assert "Une fois vérifiée" in said


def test_a_closed_door_is_told():
    need = suiting_need(company=CompanyFactory(policy__monthly_capacity=0))
    assert "n’étudie pas de nouvelle association" in " ".join(
        sentences(need, AssociationFactory(complete=True))
    )


def test_a_refusal_keeps_the_pair_apart_until_its_date():
    suggestion = SuggestionFactory()
    company, association = suggestion.company, suggestion.association
    reader = MembershipFactory(organisation=company.organisation).user
    with clock.frozen(MONDAY) as now:
        decline_suggestion(suggestion=suggestion, reason="amount", by=reader)
        settled = settled_between(company.pk, association.pk)
        assert settled.until == date(2027, 3, 23)
        other = suiting_need(company=company)
        assert "pas avant le 23 mars 2027" in " ".join(sentences(other, association)).replace("\u00a0", " ")
        now.advance(timedelta(days=366))
        assert settled_between(company.pk, association.pk) is None


def test_a_partnership_that_is_over_is_not_told_as_going_on():
    """A yes of both sides is for good, whatever came of it since."""
    introduction = IntroductionFactory(status="yes", answered_at=clock.now())
    told = sentences(suiting_need(company=introduction.company), introduction.association)
    assert "Vous avez déjà été mises en relation, elle et vous." in told


def test_a_presentation_already_made_is_the_whole_answer():
    suggestion = SuggestionFactory()
    told = sentences(suggestion.need, suggestion.association)
    assert len(told) == 1
    assert told[0].startswith("Vous avez été présentée pour ce besoin")


def test_the_team_reads_from_when_a_pair_may_come_back_and_why():
    """In step with the round: what it says is possible is what the next round does."""
    with clock.frozen(MONDAY) as now:
        need = suiting_need(deadline=None, title="Des ateliers vers l’emploi des jeunes")
        association = AssociationFactory(complete=True)

        def said(days):
            now.move_to(MONDAY + timedelta(days=days))
            return told_to_team(look_at(need, association)).replace("\u00a0", " ")

        assert said(0).startswith("Pas encore présentée : le prochain tour")
        run_round()
        seen = "Présentée le 23 novembre 2026. "
        assert said(1) == (
            f"{seen}Pas de nouveau avant le 21 février 2027 : l’association lui est déjà présentée, et "
            "l’entreprise n’a pas encore répondu."
        )
        assert said(90) == f"{seen}Elle peut l’être de nouveau : le prochain tour la regarde."
        run_round()
        assert said(90).startswith("Présentée le 21 février 2027. Pas de nouveau avant le 22 mai 2027 : ")
        SuggestionFactory(need=suiting_need(), association=association)
        assert "Pas de nouveau avant le 22 mai 2027" in said(91)


def test_the_team_reads_that_a_pair_already_seen_waits_for_sixty_days_without_a_new_one():
    with clock.frozen(MONDAY) as now:
        ended = SuggestionFactory(expired=True, need=suiting_need(deadline=None))
        now.advance(timedelta(days=40))
        SuggestionFactory(association=ended.association)
        verdict = told_to_team(look_at(ended.need, ended.association)).replace("\u00a0", " ")
        assert "Pas de nouveau avant le 3 mars 2027 : une paire déjà vue" in verdict
        now.advance(timedelta(days=60))
        assert "une paire déjà vue" not in told_to_team(look_at(ended.need, ended.association))


def test_the_team_reads_that_a_long_wait_makes_up_for_a_weak_score():
    """In step with the round, which presents it."""
    with clock.frozen(MONDAY) as now:
        need = suiting_need(deadline=None, title="Des ateliers de mécanique pour réparer des vélos")
        association = AssociationFactory(complete=True, organisation__checked_at=MONDAY)
        assert not look_at(need, association).is_worth_a_place
        assert "l’attente ne le compense pas encore" in told_to_team(look_at(need, association))
        now.advance(timedelta(days=60))
        verdict = told_to_team(look_at(need, association))
        assert run_round().presented == 1
        assert verdict.startswith("Pas encore présentée")


def test_what_a_kind_would_open_is_what_a_round_would_then_find():
    association = AssociationFactory(complete=True)
    project = ProjectFactory(association=association, published=True)
    AskFactory(project=project)
    suiting_need(title="Des parrains vers l’emploi")
    NeedFactory.create_batch(3, published=True, kind="skills", territories=["59"])
    NeedFactory.create_batch(2, published=True, kind="skills", territories=["13"])
    found = counted(association)
    before = {opening.label: opening.needs for opening in found.openings}
    label = "Si vous demandiez aussi des compétences"
    assert before[label] > found.suited
    AskFactory(project=project, kind="skills", days=5)
    after = counted(association)
    assert after.suited == before[label]
    assert label not in {opening.label for opening in after.openings}


def test_a_refusal_of_a_kind_and_a_territory_are_counted_apart():
    association = AssociationFactory(complete=True, refused_kinds=["financial"])
    suiting_need()
    suiting_need(territories=["13"])
    found = counted(association)
    assert (found.needs, found.suited, found.stopped) == (2, 0, {"refused_kind": 2})
    accepting = next(opening for opening in found.openings if "acceptiez" in opening.label)
    assert accepting.needs == 1
    assert accepting.url.endswith("/position/")
    association.refused_kinds = []
    association.save()
    found = counted(association)
    assert (found.suited, found.stopped) == (1, {"territory": 1})
    assert [opening.needs for opening in found.openings] == [2]


def test_a_draft_counts_as_if_it_were_published():
    association = AssociationFactory(complete=True)
    AskFactory(
        project=ProjectFactory(association=association, published=True), kind="in_kind", goods="Tables"
    )
    suiting_need()
    AskFactory(project=ProjectFactory(association=association, title="Le pont"))
    found = counted(association)
    assert "Le pont" in " ".join(opening.label for opening in found.openings)


@pytest.mark.parametrize("page", ["why_not_shown", "why_not_for", "suited_needs"])
def test_as_many_queries_for_many_needs_as_for_one(client, query_count, page):
    association = AssociationFactory(complete=True)
    need = suiting_need()
    client.force_login(member_of(association))
    address = reverse(f"matching:{page}", args=[need.pk] if page == "why_not_for" else [])
    client.get(address)
    one = query_count(lambda: client.get(address))
    for kind in ("skills", "volunteering", "co_construction"):
        NeedFactory.create_batch(3, published=True, kind=kind, territories=["13"])
    AssociationFactory.create_batch(5, complete=True)
    assert query_count(lambda: client.get(address)) <= one


def test_the_pages_of_an_association_are_its_own(client):
    need, hidden = suiting_need(), NeedFactory()
    association = AssociationFactory(complete=True)
    general, one = reverse("matching:why_not_shown"), reverse("matching:why_not_for", args=[need.pk])
    assert client.get(one).status_code == 302
    client.force_login(UserFactory())
    assert {client.get(general).status_code, client.get(one).status_code} == {404}
    client.force_login(MembershipFactory(organisation=need.company.organisation).user)
    assert {client.get(general).status_code, client.get(one).status_code} == {404}
    client.force_login(member_of(association))
    assert {client.get(general).status_code, client.get(one).status_code} == {200}
    assert client.get(reverse("matching:why_not_for", args=[hidden.pk])).status_code == 404
    assert client.get(f"{general}?association=../../x").status_code == 200


def test_the_whole_sum_is_for_the_team_and_is_what_the_command_prints(client, capsys):
    suiting_need()
    association = AssociationFactory(complete=True)
    run_round()
    suggestion = association.suggestions.get()
    address = reverse("matching:pair", args=[suggestion.need_id, association.pk])
    for reader in (
        member_of(association),
        MembershipFactory(organisation=suggestion.company.organisation).user,
    ):
        client.force_login(reader)
        assert client.get(address).status_code == 404
        assert client.get(reverse("matching:choose_pair")).status_code == 404
    client.force_login(UserFactory(is_staff=True))
    page = shown(client.get(address))
    call_command("explain_match", str(suggestion.need_id), association.organisation.name.upper())
    printed = capsys.readouterr().out
    for each in (f"{suggestion.score:.4f}".replace(".", ","), "Présentée le"):
        assert each in page
    assert f"{suggestion.score:.4f}" in printed
    assert "Rang avant capacité : 1 sur 1" in printed
    assert suggestion.reasons[0].replace("\u202f", " ").replace("\u00a0", " ") in page


def test_choosing_a_pair_leads_to_it_or_asks_again(client):
    need, association = suiting_need(title="Un titre"), AssociationFactory(complete=True)
    client.force_login(UserFactory(is_staff=True))
    address = reverse("matching:choose_pair")
    found = client.get(address, {"besoin": "un TITRE", "association": str(association.pk)})
    assert found.url == reverse("matching:pair", args=[need.pk, association.pk])
    for wrong in ({"besoin": "", "association": "x"}, {"besoin": "../..", "association": "é" * 300}):
        assert client.get(address, wrong).status_code == 200
    alone = client.get(address, {"besoin": "un titre", "association": ""})
    assert alone.url == reverse("matching:closest", args=[need.pk])
    suiting_need(title="Un titre")
    again = client.get(address, {"besoin": "Un titre", "association": str(association.pk)})
    assert "Plusieurs fiches" in shown(again)


def test_a_part_of_a_name_is_enough_where_only_one_bears_it(client):
    """Whoever has somebody on the phone does not know the title to the letter."""
    need = suiting_need(title="Soixante bureaux à donner avant notre déménagement")
    association = AssociationFactory(complete=True, organisation__name="Les Compagnons de Garonne")
    AssociationFactory(complete=True, organisation__name="La Garonne à vélo")
    client.force_login(UserFactory(is_staff=True))
    address = reverse("matching:choose_pair")
    for typed in ("BUREAUX à donner", "demenagement", "donner des bureaux"):
        found = client.get(address, {"besoin": typed, "association": "compagnons"})
        assert found.url == reverse("matching:pair", args=[need.pk, association.pk]), typed
    several = shown(client.get(address, {"besoin": "bureaux", "association": "garonne"}))
    assert "Plusieurs y répondent" in several
    assert "Les Compagnons de Garonne" in several
    assert "La Garonne à vélo" in several
    whole = client.get(address, {"besoin": "bureaux", "association": "la garonne a velo"})
    assert whole.status_code == 302
    assert "Rien ne porte ce nom" in shown(client.get(address, {"besoin": "tracteur", "association": "!!!"}))


def test_the_closest_to_a_need_are_read_by_the_team_with_the_score_of_the_whole_sum(client, query_count):
    need = suiting_need()
    near = AssociationFactory(complete=True)
    apart = AssociationFactory(complete=True, causes=("sante",), purpose="Des soins dentaires.")
    run_round()
    address = reverse("matching:closest", args=[need.pk])
    client.force_login(MembershipFactory(organisation=need.company.organisation).user)
    assert client.get(address).status_code == 404
    assert address not in shown(client.get(need.get_absolute_url()))
    client.force_login(UserFactory(is_staff=True))
    assert address in client.get(need.get_absolute_url()).content.decode()
    page = client.get(address)
    assert [row.association for row in page.context["rows"]] == [near]
    row = page.context["rows"][0]
    assert row.score == pytest.approx(look_at(need, near).assessment.total, abs=2e-4)
    assert row.shown_at == row.waits_since == near.suggestions.get().presented_at
    assert apart.organisation.name not in shown(page)
    one = query_count(lambda: client.get(address))
    AssociationFactory.create_batch(9, complete=True)
    repair()
    assert query_count(lambda: client.get(address)) == one
    assert len(client.get(address).context["rows"]) == 10


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"published": True}, "Aucune association ne convient"),
        ({}, "Ce besoin ne reçoit pas de réponse"),
        ({"closed": True}, "Ce besoin ne reçoit pas de réponse"),
        (
            {"published": True, "company__organisation__status": "to_check"},
            "Ce besoin ne reçoit pas de réponse",
        ),
    ],
)
def test_a_need_without_any_says_why(client, given, words):
    if given != {"published": True}:
        AssociationFactory(complete=True, territories=["75"])
    client.force_login(UserFactory(is_staff=True))
    page = client.get(reverse("matching:closest", args=[NeedFactory(**given).pk]))
    assert words in shown(page)


@pytest.mark.parametrize(
    ("suiting", "elsewhere", "told"),
    [
        (0, 0, "Aucun besoin n’est ouvert en ce moment"),
        (1, 0, "Le seul besoin ouvert vous convient vraiment, par ses conditions et ses mots."),
        (0, 1, "Le seul besoin ouvert ne vous convient pas. Pourquoi : 1 sur d’autres territoires"),
        (0, 2, "Aucun des 2 besoins ouverts ne vous convient vraiment, par leurs conditions"),
        (1, 1, "Sur 2 besoins ouverts, 1 vous convient vraiment, par ses conditions et ses mots. Les autres"),
        (
            2,
            0,
            "Sur 2 besoins ouverts, 2 vous conviennent vraiment, par leurs conditions et leurs mots. Voir",
        ),
    ],
)
def test_the_needs_that_suit_are_counted_in_french(client, suiting, elsewhere, told):
    association = AssociationFactory(complete=True)
    for _ in range(suiting):
        suiting_need()
    NeedFactory.create_batch(elsewhere, published=True, territories=["13"])
    counted(association)
    client.force_login(member_of(association))
    page = client.get(reverse("matching:why_not_shown")).text
    words = " ".join(html.unescape(strip_tags(page)).split())
    assert told in words
    assert ("Voir tous les besoins" in words) == (elsewhere > 0 == suiting)


def test_the_pages_of_one_of_two_associations_lead_to_each_other_s_same_one(client):
    suiting_need()
    first, second = (AssociationFactory(complete=True, organisation__name=name) for name in ("Aa", "Zz"))
    person = member_of(first)
    MembershipFactory(organisation=second.organisation, user=person)
    client.force_login(person)
    for page in ("suited_needs", "why_not_shown", "presentations"):
        shown = client.get(reverse(f"matching:{page}") + f"?association={second.pk}").text
        links = re.findall(
            r'href="(/(?:besoins-pour-vous|presentations)/[^"]*)"', shown.partition("<main")[2]
        )
        assert links, page
        assert [link for link in links if str(second.pk) not in link and str(first.pk) not in link] == []
        assert any(str(second.pk) in link for link in links)


def test_the_team_reads_what_an_association_reads_of_its_needs(client):
    association, gone = AssociationFactory(complete=True), AssociationFactory(complete=True)
    withdraw_organisation(organisation=gone.organisation, by=StaffFactory())
    client.force_login(StaffFactory())
    for page in ("suited_needs", "why_not_shown", "presentations"):
        address = reverse(f"matching:{page}")
        told = {
            named: client.get(f"{address}?association={named}").status_code
            for named in ("", association.pk, gone.pk, "x")
        }
        assert told == {"": 404, association.pk: 200, gone.pk: 404, "x": 404}


def test_the_team_is_told_whose_needs_it_reads(client):
    association = AssociationFactory(complete=True, organisation__name="Les Ateliers du Phare")
    need = suiting_need()
    pages = [reverse(f"matching:{page}") for page in ("suited_needs", "why_not_shown", "presentations")]
    for person, told in ((member_of(association), False), (StaffFactory(), True)):
        client.force_login(person)
        for page in (*pages, reverse("matching:why_not_for", args=[need.pk])):
            shown = client.get(f"{page}?association={association.pk}").text.partition("<main")[2]
            assert ("Les Ateliers du Phare" in shown) is told, page
