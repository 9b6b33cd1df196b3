"""What the team writes in an organisation's place is told to its people: the fields, and not the words."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.enums import OrganisationEvent
from associations.operations import remove_ask, save_ask, update_association, update_project
from companies.operations import set_policy, update_company, update_need
from mecenova.reference.models import Cause
from mecenova.workflow.journal import history
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.partnerships.factories import member_of

pytestmark = pytest.mark.django_db


def edits_of(subject):
    lines = history(subject.organisation).filter(verb=OrganisationEvent.EDIT)
    return [(line.by, line.note) for line in lines]


def test_fields_of_an_association_changed_by_the_team_are_named_without_their_words():
    association, staff = AssociationFactory(complete=True), StaffFactory()
    changes = {
        "purpose": "Des mots que l’équipe a écrits.",
        "phone": "03 20 00 00 01",
        "causes": Cause.objects.filter(slug="culture"),
        "size": association.size,
    }
    for _ in range(2):
        update_association(association=association, by=staff, **changes)
    ((by, note),) = edits_of(association)
    assert by == staff
    assert set(note.split(", ")) == {"téléphone", "mission", "causes"}


def test_a_company_and_its_policy_are_told_the_same_way(client):
    company, staff = CompanyFactory(), StaffFactory()
    policy = company.policy
    whole = {
        "causes": list(policy.causes.all()),
        "kinds": policy.kinds,
        "territories": list(policy.territories.all()),
        "monthly_capacity": policy.monthly_capacity,
    }
    set_policy(company=company, by=staff, **whole)
    assert edits_of(company) == []
    set_policy(company=company, by=staff, **whole | {"monthly_capacity": 9, "ticket_min": Decimal(500)})
    update_company(company=company, by=staff, presentation="Des mots de l’équipe.")
    assert edits_of(company) == [
        (staff, "soutien minimal (€), associations étudiées par mois"),
        (staff, "présentation"),
    ]
    client.force_login(member_of(company))
    page = client.get(reverse("companies:detail", args=[company.pk])).text
    assert "modifiée par l’équipe" in page
    assert "associations étudiées par mois" in page


@pytest.mark.parametrize("who", ["member", "platform", "member of the team too"])
def test_what_its_own_people_or_the_platform_write_leaves_no_line(who):
    association = AssociationFactory(complete=True)
    by = None
    if who == "member":
        by = member_of(association)
    elif who != "platform":
        by = MembershipFactory(organisation=association.organisation, user=StaffFactory()).user
    update_association(association=association, by=by, purpose="Les mots de quelqu’un.")
    assert edits_of(association) == []


def test_a_project_and_its_asks_changed_by_the_team_say_so_on_its_page(client):
    project, staff = ProjectFactory(), StaffFactory()
    for _ in range(2):
        update_project(
            project=project, by=staff, title="Des mots de l’équipe", description=project.description
        )
    ask = save_ask(project=project, by=staff, kind="financial", amount=Decimal(500))
    for _ in range(2):
        save_ask(project=project, by=staff, kind="financial", ask_id=ask.pk, amount=Decimal(600))
    remove_ask(ask=ask, by=staff)
    edits = history(project).filter(verb="edit")
    assert [(line.by, line.note) for line in edits] == [
        (staff, "titre"),
        (staff, "demande"),
        (staff, "montant (€)"),
        (staff, "demande"),
    ]
    update_project(project=project, by=member_of(project.association), title="Nos mots")
    assert history(project).filter(verb="edit").count() == 4
    client.force_login(member_of(project.association))
    assert "projet modifié par l’équipe" in client.get(project.get_absolute_url()).text


def test_a_need_changed_by_the_team_says_so_on_its_page(client):
    need, staff = NeedFactory(published=True), StaffFactory()
    for _ in range(2):
        update_need(need=need, by=staff, title="Des mots de l’équipe")
    ((by, note),) = history(need).filter(verb="edit").values_list("by", "note")
    assert (by, note) == (staff.pk, "titre")
    address = reverse("companies:need_detail", args=[need.pk])
    client.force_login(member_of(need.company))
    assert "besoin modifié par l’équipe" in client.get(address).text
    client.force_login(UserFactory())
    assert "besoin modifié par l’équipe" not in client.get(address).text
