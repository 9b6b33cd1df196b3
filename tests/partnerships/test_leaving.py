"""An organisation leaves the site: the other side is told, and waits for nothing."""

import pytest
from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from accounts.operations import accept_claim, claim_organisation, what_would_end, withdraw_organisation
from associations.enums import ProjectStatus
from associations.models import Project
from companies.enums import NeedStatus
from companies.models import Need
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import deliver_due
from partnerships import operations
from partnerships.enums import IntroductionStatus, PartnershipStatus
from partnerships.models import Introduction
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.partnerships.factories import IntroductionFactory, fill_places, member_of
from tests.reading import plain
from tests.threads import failures_at_once

pytestmark = pytest.mark.django_db


def told(name):
    found = OutgoingMail.objects.filter(notification=f"partnerships.{name}")
    return sorted(found.values_list("recipient", flat=True))


def state_of(subject):
    subject.refresh_from_db()
    return subject.status


def test_a_company_leaves_and_the_association_that_asked_is_told(pair):
    introduction = pair.ask()
    withdraw_organisation(organisation=pair.company.organisation, by=pair.answerer)
    assert state_of(introduction) == IntroductionStatus.RELEASED
    assert state_of(pair.need) == NeedStatus.CLOSED
    assert told("introduction_ended") == [pair.asker.pk]
    assert not FollowUp.objects.about([introduction, pair.need, pair.company.organisation]).open().exists()


def test_where_nothing_more_is_said_of_an_ending_who_stays_reads_that_the_other_has_left(pair):
    asked = pair.ask()
    Introduction.objects.update(status=IntroductionStatus.RELEASED, released_at=clock.now())
    company = Organisation.objects.filter(pk=pair.company.organisation_id)
    company.update(status=OrganisationStatus.LEFT, left_at=clock.now())
    operations.tell_ending(introduction=Introduction.objects.get(pk=asked.pk))
    assert (told("introduction_ended"), told("introduction_released")) == ([pair.asker.pk], [])


def test_an_association_leaves_and_its_place_goes_to_the_next(pair):
    pair.company.policy.monthly_capacity = 1
    pair.company.policy.save()
    project = ProjectFactory(association=pair.association, published=True)
    first = pair.ask()
    other = AssociationFactory(complete=True)
    second = pair.ask(association=other, by=member_of(other))
    assert second.status == IntroductionStatus.QUEUED
    withdraw_organisation(organisation=pair.association.organisation, by=pair.asker)
    assert state_of(first) == IntroductionStatus.RELEASED
    assert state_of(second) == IntroductionStatus.REQUESTED
    assert state_of(project) == ProjectStatus.CLOSED
    assert told("introduction_ended") == [pair.answerer.pk]
    assert operations.places_left(pair.company) == 0


def test_a_request_that_never_left_is_not_told_to_who_never_had_it(pair):
    fill_places(pair.company)
    queued = pair.ask()
    withdraw_organisation(organisation=pair.association.organisation, by=pair.asker)
    assert state_of(queued) == IntroductionStatus.RELEASED
    assert agenda.next_step(queued) is None
    assert told("introduction_ended") == []


def test_the_partnership_under_way_stops_and_the_other_party_is_told(pair):
    partnership = operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)
    withdraw_organisation(organisation=pair.association.organisation, by=pair.asker)
    assert state_of(partnership) == PartnershipStatus.ABANDONED
    assert agenda.next_step(partnership) is None
    assert told("partnership_abandoned") == [pair.answerer.pk]


def test_what_others_have_under_way_goes_on(pair):
    other = IntroductionFactory()
    member_of(other.association)
    theirs = operations.accept_introduction(introduction=other, by=member_of(other.company))
    operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)
    withdraw_organisation(organisation=pair.association.organisation, by=pair.asker)
    assert state_of(theirs) == PartnershipStatus.DISCUSSION
    assert agenda.next_step(theirs) is not None


def test_a_party_that_stops_is_not_told_what_it_said(pair):
    partnership = operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)
    operations.abandon_partnership(
        partnership=partnership, by=pair.asker, note="Le budget est parti ailleurs."
    )
    assert told("partnership_abandoned") == [pair.answerer.pk]
    assert (
        "Le budget est parti ailleurs."
        in OutgoingMail.objects.get(
            recipient=pair.answerer, notification="partnerships.partnership_abandoned"
        ).text
    )


def test_leaving_twice_tells_once_and_coming_back_brings_nothing_back(pair):
    introduction = pair.ask()
    for _ in range(2):
        withdraw_organisation(organisation=pair.company.organisation, by=None)
    claim = claim_organisation(
        organisation=pair.company.organisation, message="Je suis chargée du mécénat.", by=UserFactory()
    )
    accept_claim(claim=claim, by=StaffFactory())
    assert state_of(introduction) == IntroductionStatus.RELEASED
    assert told("introduction_ended") == [pair.asker.pk]
    assert agenda.next_step(pair.company.organisation) is not None


def test_the_team_calls_only_those_who_are_still_here(pair):
    introduction = pair.ask()
    operations.release_introduction(introduction=introduction)
    assert list(Introduction.objects.released()) == [introduction]
    withdraw_organisation(organisation=pair.company.organisation, by=None)
    assert not Introduction.objects.released().exists()


def test_both_sides_still_read_what_became_of_it(pair, client):
    introduction = pair.ask()
    withdraw_organisation(organisation=pair.company.organisation, by=pair.answerer)
    client.force_login(pair.asker)
    page = client.get(introduction.get_absolute_url())
    assert f"{pair.company.organisation.name} a quitté Mecenova" in page.content.decode()


def test_the_mail_still_leaves_once_the_organisation_is_gone(pair):
    pair.ask()
    withdraw_organisation(organisation=pair.company.organisation, by=pair.answerer)
    mail = OutgoingMail.objects.get(notification="partnerships.introduction_ended")
    OutgoingMail.objects.filter(pk=mail.pk).update(due_at=mail.created_at)
    deliver_due()
    mail.refresh_from_db()
    assert mail.status == "sent"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("leaver", ["association", "company"])
def test_asking_and_leaving_at_the_same_moment_leaves_nothing_open(pair, leaver):
    """Whichever comes first, the other sees it; neither waits for the other for ever."""

    def leave():
        withdraw_organisation(organisation=getattr(pair, leaver).organisation, by=None)

    assert failures_at_once(leave, pair.ask) == []
    assert not Introduction.objects.open().exists()
    assert not FollowUp.objects.filter(subject_type__model="introduction").open().exists()


@pytest.mark.parametrize("side", ["association", "company"])
def test_who_withdraws_reads_before_all_that_it_ends(pair, client, side):
    operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)
    pair.ask(need=NeedFactory(company=pair.company, published=True))
    own = {"association": Project.objects.filter(association=pair.association), "company": Need.objects.all()}
    organisation, person = getattr(pair, side).organisation, pair.asker
    if side == "company":
        person = pair.answerer
    else:
        ProjectFactory(association=pair.association, published=True)
        ProjectFactory(association=pair.association, closed=True)
    closed = own[side].exclude(status="closed").count()
    page = read_members(client, person, organisation)
    kind = "projet" if side == "association" else "besoin"
    counted = f"{closed} {kind}{'s' if closed > 1 else ''}"
    for said in (
        "1 partenariat en cours",
        "1 demande de mise en relation",
        counted,
        "l’apprend par courriel",
    ):
        assert said in page
    withdraw_organisation(organisation=organisation, by=person)
    assert what_would_end(organisation) == []


def test_who_has_nothing_under_way_reads_of_nothing_that_ends(client):
    member = MembershipFactory()
    page = read_members(client, member.user, member.organisation)
    assert "plus rien ne lui est proposé. Pour revenir" in page


def read_members(client, person, organisation):
    client.force_login(person)
    page = client.get(reverse("accounts:members", args=[organisation.pk])).text
    return plain(page)
