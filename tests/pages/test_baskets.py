import html
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.followups import CallForCorrections
from accounts.models import Organisation
from accounts.operations import claim_organisation, update_organisation, withdraw_organisation
from associations.followups import Presentation
from associations.operations import note_call
from companies.followups import CallAfterSilence
from companies.operations import record_call
from mecenova.agenda.models import Absence, FollowUp
from mecenova.agenda.operations import next_step, run_due, set_delay, share_staff_steps, start
from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import AddressTrouble
from mecenova.pages.baskets import BASKETS, Line
from mecenova.pages.duties import loads
from mecenova.pages.tasks import register_baskets
from mecenova.pages.views import tower
from mecenova.ui.figures import long_date
from mecenova.workflow.journal import history, record
from partnerships.enums import IntroductionStatus, Side
from partnerships.followups import AnswerIntroduction
from partnerships.models import Partnership
from tests.accounts.factories import (
    ClaimFactory,
    MembershipFactory,
    OrganisationFactory,
    StaffFactory,
    UserFactory,
)
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory
from tests.mail.factories import OutgoingMailFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=120)


def checked_long_ago(**given):
    return AssociationFactory(organisation__checked_at=clock.now() - LONG_AGO, **given)


def refused_twice():
    association = AssociationFactory(complete=True, organisation__checked_at=clock.now())
    IntroductionFactory(
        association=association,
        status=IntroductionStatus.NO,
        refusal_reason="timing",
        retry_on=clock.today(),
        answered_at=clock.now(),
    )
    IntroductionFactory(association=association, status=IntroductionStatus.RELEASED, released_at=clock.now())
    return association


def at_risk():
    introduction = IntroductionFactory()
    with clock.frozen(clock.now()) as time:
        start(AnswerIntroduction, introduction)
        for _ in range(3):
            time.move_to(FollowUp.objects.about([introduction]).steps().get().due_at)
            run_due()
    return introduction


def silent():
    company = CompanyFactory(organisation__status=OrganisationStatus.CHECKED)
    start(CallAfterSilence, company.organisation)
    return company


def troubled():
    user = MembershipFactory().user
    return AddressTrouble.objects.create(user=user, address=user.email, kind="bounced")


def never_corrected():
    company = CompanyFactory(organisation__status=OrganisationStatus.CHANGES_ASKED)
    start(CallForCorrections, company.organisation)
    return company.organisation


def renamed():
    organisation = AssociationFactory(members=[UserFactory()]).organisation
    person = organisation.members.get()
    name = f"Devenue {organisation.name}"
    update_organisation(organisation=organisation, by=person, name=name, postal_code="")
    return organisation


FILL = {
    "associations-a-verifier": lambda: OrganisationFactory(status=OrganisationStatus.TO_CHECK),
    "associations-incompletes": lambda: checked_long_ago(members=[UserFactory(), UserFactory()]),
    "associations-sans-presentation": lambda: checked_long_ago(complete=True),
    "associations-refusees": refused_twice,
    "entreprises-a-verifier": lambda: OrganisationFactory(kind="company", status=OrganisationStatus.TO_CHECK),
    "entreprises-silencieuses": silent,
    "en-attente": IntroductionFactory,
    "a-risque": at_risk,
    "liberees": lambda: IntroductionFactory(
        status=IntroductionStatus.RELEASED, released_at=clock.now() - timedelta(days=2)
    ),
    "desaccords": lambda: Partnership.objects.create(
        kind="skills", title="Deux voix", disagreement_at=clock.now()
    ),
    "corrections": never_corrected,
    "identites": renamed,
    "revendications": ClaimFactory,
    "adresses": troubled,
}


def emptied(basket):
    return lambda: basket.found().none()


def page_of(slug):
    return reverse("pages:basket", args=[slug])


def click(team, slug, subject, **data):
    return team.post(reverse("pages:basket_act", args=[slug, subject.pk]), data, follow=True)


def test_every_basket_is_tried():
    assert set(FILL) == set(BASKETS)


@pytest.mark.parametrize("slug", BASKETS)
def test_a_basket_s_count_is_the_length_of_its_list(team, slug):
    for _ in range(3):
        FILL[slug]()
    groups = team.get(reverse("pages:control_tower")).context["groups"]
    counts = {basket.slug: count for _, baskets in groups for basket, count, _ in baskets}
    page = team.get(page_of(slug))
    assert counts[slug] == page.context["page_obj"].paginator.count == len(page.context["lines"]) == 3


def test_two_baskets_of_the_same_name_have_each_a_title(team):
    """« À vérifier » is said of associations and of companies."""
    pages = [team.get(page_of(slug)).text for slug in ("associations-a-verifier", "entreprises-a-verifier")]
    titles = [re.search("<title>(.*?)</title>", page)[1] for page in pages]
    assert len(set(titles)) == len(titles), titles


@pytest.mark.parametrize("slug", BASKETS)
def test_a_basket_asks_the_same_number_of_queries_whatever_its_length(team, slug, query_count):
    address = page_of(slug)
    FILL[slug]()
    register_baskets()
    team.get(address)
    one = query_count(lambda: team.get(address))
    for _ in range(12):
        FILL[slug]()
    register_baskets()
    assert query_count(lambda: team.get(address)) == one <= 24


@pytest.mark.parametrize("slug", [*BASKETS, "inconnu"])
def test_to_anybody_but_the_team_baskets_do_not_exist(client, slug):
    subject = FILL.get(slug, UserFactory)()
    act = reverse("pages:basket_act", args=[slug, subject.pk])
    assert client.get(page_of(slug)).status_code == 302
    client.force_login(UserFactory())
    assert client.get(page_of(slug)).status_code == 404
    assert client.post(act, {"note": "x"}).status_code == 404
    assert client.get(reverse("pages:control_tower")).status_code == 404
    client.force_login(StaffFactory())
    assert client.get(act).status_code == 405


@pytest.mark.parametrize("slug", [slug for slug, basket in BASKETS.items() if basket.action])
def test_one_click_acts_once_and_leaves_a_line(team, staff, slug):
    subject = FILL[slug]()
    line = BASKETS[slug].line(BASKETS[slug].found().get(pk=subject.pk))
    followed = line.organisation or line.subject
    if BASKETS[slug].action.asks_note:
        refused = team.post(reverse("pages:basket_act", args=[slug, subject.pk]), {"note": "x" * 501})
        assert refused.status_code == 422
        assert "x" * 501 in refused.text
    click(team, slug, subject, note="Ils rappellent jeudi.")
    click(team, slug, subject, note="Ils rappellent jeudi.")
    if slug == "adresses":
        subject.refresh_from_db()
        assert subject.mended_by == staff
        return
    lines = [line for line in history(followed) if line.by == staff]
    assert len(lines) == 1
    if BASKETS[slug].action.asks_note:
        assert lines[0].note == "Ils rappellent jeudi."


@pytest.mark.parametrize("slug", ["associations-a-verifier", "entreprises-a-verifier", "identites"])
def test_one_s_own_is_for_a_colleague_and_the_click_says_so(team, staff, slug):
    subject = FILL[slug]()
    MembershipFactory(organisation=subject, user=staff)
    page = click(team, slug, subject)
    assert page.status_code == 200
    assert "vous en faites partie" in page.text
    assert BASKETS[slug].found().filter(pk=subject.pk).exists()


def test_a_line_that_has_gone_is_said_so_and_nothing_is_done(team):
    organisation = OrganisationFactory(status=OrganisationStatus.CHECKED)
    page = click(team, "associations-a-verifier", organisation)
    assert "quelqu’un est passé avant vous" in page.text
    assert not history(organisation).exists()


@pytest.mark.parametrize(
    "slug", [slug for slug, basket in BASKETS.items() if basket.action and basket.action.asks_note]
)
def test_what_was_said_is_kept_when_the_line_left_meanwhile(team, staff, monkeypatch, slug):
    subject = FILL[slug]()
    told = BASKETS[slug].line(BASKETS[slug].found().get(pk=subject.pk)).organisation
    monkeypatch.setitem(BASKETS, slug, replace(BASKETS[slug], found=emptied(BASKETS[slug])))
    page = click(team, slug, subject, note="Ils rappellent jeudi.")
    assert BASKETS[slug].action.done in page.text
    assert history(told).get(verb="call", by=staff).note == "Ils rappellent jeudi."


def test_refused_or_of_another_page_the_note_is_given_back(team, monkeypatch):
    company = silent()
    address = reverse("pages:basket_act", args=["entreprises-silencieuses", company.pk])
    withdraw_organisation(organisation=company.organisation, by=None)
    for pk, said in ((company.pk, "a quitté Mecenova"), (uuid.uuid4(), "n’existe plus")):
        page = team.post(address.replace(str(company.pk), str(pk)), {"note": "Ils rappellent jeudi."})
        assert page.status_code == 422
        assert said in page.text
        assert "Ils rappellent jeudi." in page.text
    assert not history(company.organisation).filter(verb="call").exists()
    # Too long, from the second page of the list.
    monkeypatch.setattr(tower, "PAGE_SIZE", 1)
    _, last = silent(), silent()
    address = reverse("pages:basket_act", args=["entreprises-silencieuses", last.pk])
    page = team.post(address, {"note": "x" * 501})
    assert "x" * 501 in page.text
    assert f'action="{address}"' in page.text


def test_releases_leave_the_basket_after_three_months_or_when_the_company_was_called(team, staff):
    old = {"status": IntroductionStatus.RELEASED}
    IntroductionFactory(**old, released_at=clock.now() - timedelta(days=91))
    called = IntroductionFactory(**old, released_at=clock.now() - timedelta(days=1))
    assert BASKETS["liberees"].count() == 1
    record_call(company=called.company, note="Occupés.", by=staff)
    assert BASKETS["liberees"].count() == 0


@pytest.mark.parametrize("silent", Side)
def test_who_was_silent_is_named_and_called_and_the_call_is_kept_there(team, silent):
    asking = Side.COMPANY if silent == Side.ASSOCIATION else Side.ASSOCIATION
    released = IntroductionFactory(
        asked_by_side=asking, status=IntroductionStatus.RELEASED, released_at=clock.now() - timedelta(days=1)
    )
    for number, side in enumerate((released.answering_organisation, released.asking_organisation)):
        Organisation.objects.filter(pk=side.pk).update(phone=f"01 02 03 04 0{number}")
    page = team.get(page_of("liberees")).text
    assert f"{released.answering_organisation.name} n’a pas répondu" in html.unescape(page)
    assert "01 02 03 04 00" in page
    assert "01 02 03 04 01" not in page
    click(team, "liberees", released, note="Ils déménageaient.")
    assert history(released.answering_organisation).filter(verb="call").exists()
    assert not history(released.asking_organisation).filter(verb="call").exists()
    assert BASKETS["liberees"].count() == 0


class TestNeitherPresentedNorCalled:
    slug = "associations-sans-presentation"

    def test_experts_and_incomplete_ones_are_elsewhere(self):
        checked_long_ago(complete=True, stance="expert_only")
        checked_long_ago()
        assert BASKETS[self.slug].count() == 0

    def test_a_presentation_or_a_call_takes_it_out_until_a_week_before_the_ninety_days(self, staff):
        shown, called = checked_long_ago(complete=True), checked_long_ago(complete=True)
        MembershipFactory(organisation=called.organisation)
        SuggestionFactory(association=shown, presented_at=clock.now() - timedelta(days=82))
        note_call(association=called, by=staff, note="Nous cherchons.")
        assert BASKETS[self.slug].count() == 0
        with clock.frozen(clock.now() + timedelta(days=2)):
            assert list(BASKETS[self.slug].found()) == [shown]
        with clock.frozen(clock.now() + timedelta(days=82)):
            assert list(BASKETS[self.slug].found()) == [shown]
        with clock.frozen(clock.now() + timedelta(days=84)):
            assert set(BASKETS[self.slug].found()) == {shown, called}

    def test_it_is_shown_on_the_day_that_the_team_has_set_for_the_call(self, staff):
        shown = checked_long_ago(complete=True)
        SuggestionFactory(association=shown, presented_at=clock.now() - timedelta(days=61))
        assert BASKETS[self.slug].count() == 0
        set_delay(rule=Presentation, occurrence=83, days=60, by=staff)
        assert list(BASKETS[self.slug].found()) == [shown]


def test_a_call_about_corrections_takes_an_association_out_too(team):
    association = AssociationFactory(organisation__status=OrganisationStatus.CHANGES_ASKED)
    start(CallForCorrections, association.organisation)
    click(team, "corrections", association.organisation, note="Ils l’écrivent ce soir.")
    assert BASKETS["corrections"].count() == 0
    assert next_step(association.organisation).rule == "accounts.corrections"


def test_the_page_of_a_profile_never_corrected_leads_to_where_the_call_is_noted(team):
    organisation = never_corrected()
    page = team.get(reverse("pages:organisation", args=[organisation.pk])).text
    assert page_of("corrections") in page
    click(team, "corrections", organisation, note="Ce soir.")
    assert page_of("corrections") not in team.get(reverse("pages:organisation", args=[organisation.pk])).text


def test_a_line_says_when_the_team_last_spoke(team, staff):
    member = UserFactory()
    association = checked_long_ago(members=[member])
    page = team.get(page_of("associations-incompletes")).text
    assert "Dernier contact de l’équipe" in page
    assert "aucun encore" in page
    then = clock.now() - timedelta(days=3)
    with clock.frozen(then):
        note_call(association=association, by=staff, note="Bonjour.")
    # What its own people write since is no word of the team.
    record(association.organisation, "edit", "checked", "checked", member)
    # Nor are two records made one by the team.
    record(association.organisation, "merge", "checked", "checked", staff)
    (shown,) = team.get(page_of("associations-incompletes")).context["lines"]
    assert (shown["contact"].by_person, shown["contact"].by_mail) == (then, None)


def test_a_call_that_the_team_owes_is_not_put_on_the_company(team):
    company = silent()
    organisation = company.organisation
    organisation.phone = "01 99 00 12 34"
    organisation.save(update_fields=["phone"])
    (shown,) = team.get(page_of("entreprises-silencieuses")).context["lines"]
    assert shown["who"] == ""
    page = team.get(page_of("entreprises-silencieuses")).text
    assert "Équipe IMS, au plus tard le" in page
    assert f"{organisation.name}, au plus tard le" not in page
    assert '<a href="tel:0199001234">01 99 00 12 34</a>' in page
    assert "(aujourd’hui)" in page


def test_a_row_past_its_promised_date_is_marked_in_every_basket_as_on_the_tower(team):
    claim = claim_organisation(organisation=OrganisationFactory(), message="Trésorière.", by=UserFactory())
    company = silent()
    for slug in ("revendications", "entreprises-silencieuses"):
        (shown,) = team.get(page_of(slug)).context["lines"]
        assert not shown["is_late"]
        assert "en retard" not in team.get(page_of(slug)).text
    promised = next_step(claim).deadline
    with clock.frozen(max(promised, next_step(company.organisation).deadline) + timedelta(days=30)):
        run_due()
        team.force_login(StaffFactory())
        for slug in ("revendications", "entreprises-silencieuses"):
            page = team.get(page_of(slug))
            assert page.context["lines"][0]["is_late"]
            assert "en retard" in page.text


def test_a_late_row_says_its_date_once_as_long_as_no_other_was_given(team):
    claim = claim_organisation(organisation=OrganisationFactory(), message="Trésorière.", by=UserFactory())
    promised = next_step(claim).deadline
    with clock.frozen(promised + timedelta(days=1)):
        page = team.get(page_of("revendications")).text
        assert "en retard" in page
        assert f'au plus tard le <time datetime="{promised:%Y-%m-%d}">' in page
        assert "Promis d’abord" not in page


def test_those_to_call_come_with_their_numbers(team):
    association, company = AssociationFactory(), CompanyFactory()
    for number, one in enumerate((association, company)):
        Organisation.objects.filter(pk=one.organisation_id).update(phone=f"01 99 00 12 3{number}")
    quarrel = Partnership.objects.create(kind="skills", title="Deux voix", disagreement_at=clock.now())
    for role, one in (("beneficiary", association), ("giver", company)):
        quarrel.parties.create(organisation=one.organisation, role=role)
        away = {"organisation_id": one.organisation_id, "first_day": clock.today(), "last_day": clock.today()}
        Absence.objects.create(**away)
    MembershipFactory(organisation=association.organisation, user=troubled().user)
    ClaimFactory(organisation=company.organisation)
    page = team.get(page_of("desaccords")).text
    assert "tel:0199001230" in page
    assert "tel:0199001231" in page
    assert page.count("Dernier contact de l’équipe (") == page.count("Absence notée jusqu’au") == 2
    assert "tel:0199001230" in team.get(page_of("adresses")).text
    assert "tel:0199001231" in team.get(page_of("revendications")).text


def test_who_gave_no_number_is_reached_by_the_people_of_its_page(team):
    introduction = IntroductionFactory(company__organisation__phone="")
    company = introduction.company.organisation
    page = team.get(page_of("en-attente")).text
    assert "aucun sur la fiche" in page
    assert f'href="{reverse("pages:organisation", args=[company.pk])}"' in page


def test_the_last_mail_of_a_claim_is_the_claimant_s(team):
    claim = ClaimFactory()
    MembershipFactory(organisation=claim.organisation)
    sent = clock.now() - timedelta(days=2)
    for user, at in ((claim.organisation.memberships.get().user, clock.now()), (claim.user, sent)):
        OutgoingMailFactory(recipient=user, status=MailStatus.SENT, sent_at=at)
    (shown,) = team.get(page_of("revendications")).context["lines"]
    assert shown["contact"].by_mail == sent


def test_what_a_step_waits_for_is_said_to_be_the_organisation_s(team):
    introduction = at_risk()
    assert (
        f"{introduction.answering_organisation.name}, au plus tard le" in team.get(page_of("a-risque")).text
    )


def test_one_click_tells_what_comes_next_and_when(team):
    organisation = never_corrected()
    page = click(team, "corrections", organisation, note="Ils corrigent jeudi.").text
    step = next_step(organisation)
    when = f"au plus tard le {long_date(step.deadline)}"
    assert f"Ensuite, {organisation.name}, {when}\u00a0: {step.what}" in html.unescape(page)


def test_a_basket_counts_the_days_of_the_calendar_not_of_the_hour():
    since = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
    line = Line(subject=None, title="", since=since, about="", url="")
    with clock.frozen(datetime(2026, 11, 23, 6, 0, tzinfo=UTC)):
        assert line.days == 7


def test_the_tower_says_who_will_be_away(team, staff):
    today = clock.today()
    for first, last, said in ((5, 9, "du "), (-1, 1, "jusqu’au ")):
        Absence.objects.create(
            user=staff, first_day=today + timedelta(days=first), last_day=today + timedelta(days=last)
        )
        cell = team.get(reverse("pages:control_tower")).text.split('data-label="Absence">')[1]
        assert cell.startswith(said), cell[:60]


def test_what_is_promised_for_a_day_is_not_late_before_its_evening(team):
    """Told « en retard » from nine in the morning, the team would learn to read it as « aujourd’hui »."""
    claim = claim_organisation(organisation=OrganisationFactory(), message="Trésorière.", by=UserFactory())
    share_staff_steps()
    promised = next_step(claim).deadline
    evening = clock.paris(promised).replace(hour=23, minute=30)
    for moment, late in (
        (promised + timedelta(hours=1), False),
        (evening, False),
        (evening + timedelta(hours=1), True),
    ):
        with clock.frozen(moment):
            team.force_login(StaffFactory())
            assert ("en retard" in team.get(page_of("revendications")).text) is late
            assert ("en retard" in team.get(reverse("pages:control_tower")).text) is late
            assert sum(load.late for load in loads()) == late


def test_the_line_of_a_renamed_record_says_what_it_was_called(team):
    organisation = renamed()
    organisation.refresh_from_db()
    former = organisation.name.removeprefix("Devenue ")
    said = f"«\u202f{former}\u202f» est devenu «\u202f{organisation.name}\u202f»."
    assert said in html.unescape(team.get(page_of("identites")).text)
