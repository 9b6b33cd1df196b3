"""What happens below is noted for the next round; newcomers are welcomed; imports are not."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.operations import (
    accept_claim,
    check_organisation,
    claim_organisation,
    merge_organisations,
    withdraw_organisation,
)
from associations.operations import (
    create_project,
    publish_project,
    register_association,
    save_ask,
    update_association,
    update_project,
)
from companies.operations import publish_need, register_company, set_policy
from matching.models import ChangedSubject, Suggestion
from matching.operations import run_round
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.mail.models import OutgoingMail
from tests.accounts.factories import StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import SuggestionFactory


def noted():
    return sorted(ChangedSubject.objects.values_list("kind", "subject_id"))


@pytest.mark.django_db
def test_changes_are_noted():
    association = AssociationFactory(complete=True)
    update_association(association=association, by=None, purpose="Nous réparons des vélos avec des jeunes.")
    assert noted()[0] == ("association", association.pk)
    ChangedSubject.objects.all().delete()
    project = ProjectFactory(association=association)
    AskFactory(project=project)
    publish_project(project=project, by=None)
    assert ("association", association.pk) in noted()
    ChangedSubject.objects.all().delete()
    need = NeedFactory()
    publish_need(need=need, by=None)
    assert ("need", need.pk) in noted()
    ChangedSubject.objects.all().delete()
    set_policy(company=need.company, by=None, monthly_capacity=8)
    assert ("company", need.company.pk) in noted()


@pytest.mark.django_db
def test_a_draft_is_compared_with_nothing_until_it_is_published():
    association = AssociationFactory(complete=True)
    project = create_project(association=association, by=None, title="Un atelier", description="De vélos.")
    save_ask(project=project, by=None, kind="volunteering", volunteers=3)
    update_project(project=project, by=None, description="De vélos et de trottinettes.")
    assert noted() == []
    publish_project(project=project, by=None)
    update_project(project=project, by=None, description="De vélos, avec des jeunes.")
    assert noted() == [("association", association.pk)] * 2


@pytest.mark.django_db
def test_a_draft_is_looked_for_in_no_suggestion():
    association = AssociationFactory(complete=True)
    with CaptureQueriesContext(connection) as asked:
        project = create_project(association=association, by=None, title="Un atelier")
        save_ask(project=project, by=None, kind="volunteering", volunteers=3)
    assert not [query for query in asked if "matching_suggestion" in query["sql"]]


@pytest.mark.django_db
def test_a_check_reads_a_profile_once_and_holds_its_organisation_once():
    waiting = AssociationFactory(organisation__status="to_check", organisation__checked_at=None)
    with CaptureQueriesContext(connection) as asked:
        check_organisation(organisation=waiting.organisation, by=StaffFactory())
    said = [query["sql"] for query in asked]
    assert len([sql for sql in said if 'FROM "accounts_organisation"' in sql and "NO KEY UPDATE" in sql]) == 1
    assert len([sql for sql in said if sql.startswith('SELECT "associations_association"."id"')]) == 2


@pytest.mark.django_db
def test_a_checked_association_is_proposed_by_the_next_small_round():
    NeedFactory(published=True, territories=["59"])
    association = AssociationFactory(
        complete=True, organisation__status="to_check", organisation__checked_at=None
    )
    run_round()
    assert not Suggestion.objects.exists()
    check_organisation(organisation=association.organisation, by=StaffFactory())
    assert ("association", association.pk) in noted()
    run_round(scope="changed")
    assert Suggestion.objects.get().association == association


@pytest.mark.django_db
def test_a_newcomer_is_welcomed_at_once_and_once():
    person = UserFactory()
    register_association(by=person, name="Les Lampes", postal_code="59000", town="Lille")
    agenda.run_due()
    agenda.run_due()
    assert OutgoingMail.objects.filter(notification="matching.welcome", recipient=person).count() == 1


@pytest.mark.django_db
def test_an_imported_record_has_nobody_to_welcome():
    register_association(by=None, name="Les Lampes", postal_code="59000", town="Lille", status="unclaimed")
    agenda.run_due()
    assert not OutgoingMail.objects.filter(notification="matching.welcome").exists()


def taken_over(organisation):
    person = UserFactory()
    claim = claim_organisation(organisation=organisation, message="Je suis trésorière.", by=person)
    accept_claim(claim=claim, by=StaffFactory())
    agenda.run_due()
    return person


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["unclaimed", "checked"])
@pytest.mark.parametrize("kind", ["association", "company"])
def test_whoever_takes_over_an_imported_record_is_welcomed_once_in_its_life(kind, status):
    register = {"association": register_association, "company": register_company}[kind]
    profile = register(by=None, name="Les Lampes", postal_code="59000", status=status, origin="import")
    person = taken_over(profile.organisation)
    welcome = OutgoingMail.objects.get(notification__endswith="welcome")
    assert welcome.recipient == person
    assert "Vous tenez maintenant la fiche des Lampes" in welcome.text
    begun = FollowUp.objects.about([profile.organisation]).filter(rule="associations.first_steps").count()
    assert begun == (1 if kind == "association" else 0)
    profile.organisation.memberships.all().delete()
    taken_over(profile.organisation)
    assert OutgoingMail.objects.filter(notification__endswith="welcome").count() == 1
    assert (
        FollowUp.objects.about([profile.organisation]).filter(rule="associations.first_steps").count()
        == begun
    )


@pytest.mark.django_db
def test_whoever_joins_a_team_is_no_newcomer_and_a_merge_welcomes_nobody_again():
    association = register_association(by=UserFactory(), name="Les Lampes", postal_code="59000")
    agenda.run_due()
    taken_over(association.organisation)
    imported = register_association(
        by=None, name="Les Lampes du Nord", postal_code="59000", status="unclaimed", origin="import"
    )
    merge_organisations(kept=imported.organisation, gone=association.organisation, by=StaffFactory())
    taken_over(imported.organisation)
    assert OutgoingMail.objects.filter(notification="matching.welcome").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("side", ["association", "company"])
def test_what_was_suggested_ends_when_a_side_leaves(side):
    suggestion, other = SuggestionFactory(), SuggestionFactory()
    withdraw_organisation(organisation=getattr(suggestion, side).organisation, by=StaffFactory())
    suggestion.refresh_from_db()
    other.refresh_from_db()
    assert (suggestion.status, other.status) == ("expired", "presented")
