import uuid
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import OrganisationStatus, Origin, Role
from accounts.models import Organisation
from accounts.operations import OrganisationExists, accept_claim, check_organisation
from associations.models import Association
from associations.operations import NumberTaken, register_association, registry, update_association
from associations.signals import association_registered
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step
from mecenova.reference.models import Cause, Territory
from mecenova.workflow.errors import DomainError, SomebodyElses
from tests.accounts.factories import ClaimFactory, StaffFactory, UserFactory
from tests.associations.factories import PURPOSE, AssociationFactory

pytestmark = pytest.mark.django_db


def register(by, **values):
    given = {"name": "Les Petits Ponts", "postal_code": "59000", "town": "Lille", "registry": "rna", **values}
    return register_association(by=by, **given)


def test_registers_with_manager_department_and_first_steps():
    user = UserFactory()
    association = register(user, purpose=PURPOSE, causes=[Cause.objects.get(slug="education")])
    organisation = association.organisation
    assert organisation.department.code == "59"
    assert organisation.status == OrganisationStatus.TO_CHECK
    assert organisation.memberships.get().role == Role.MANAGER
    assert [cause.slug for cause in association.causes.all()] == ["education"]
    assert next_step(organisation).rule == "accounts.staff_check"
    assert FollowUp.objects.about([organisation]).open().filter(rule="associations.first_steps").count() == 1


def test_registering_asks_nothing_twice():
    """Not whether the record was there, and whether it was merged; nor who is away, person by person."""
    with CaptureQueriesContext(connection) as asked:
        register(UserFactory())
    said = [query["sql"] for query in asked]
    assert len([sql for sql in said if "accounts_merge" in sql]) == 1
    assert len([sql for sql in said if 'SELECT "accounts_organisation"' in sql]) == 1
    assert len([sql for sql in said if 'FROM "agenda_absence"' in sql]) == 1


@pytest.mark.parametrize(
    ("postal_code", "department"),
    [("20167", "2A"), ("97412", "974"), ("98713", "987"), ("00100", None), ("99999", None), ("", None)],
)
def test_department_follows_the_postal_code(postal_code, department):
    found = register(UserFactory(), postal_code=postal_code).organisation.department
    assert (found.code if found else None) == department


def test_form_sent_twice_makes_one_association():
    user, key = UserFactory(), uuid.uuid4()
    first = register(user, association_id=key)
    owed = FollowUp.objects.count()
    assert register(user, association_id=key) == first
    assert Organisation.objects.count() == Association.objects.count() == 1
    assert FollowUp.objects.count() == owed


def test_who_went_back_to_correct_the_form_is_heard_until_the_check():
    user, key = UserFactory(), uuid.uuid4()
    first = register(user, association_id=key, purpose="Nous aidons.")
    owed = FollowUp.objects.count()
    register(user, association_id=key, name="Les Grands Ponts", rna="W751234567", purpose=PURPOSE)
    first = Association.objects.get()
    assert (first.organisation.name, first.rna, first.purpose) == ("Les Grands Ponts", "W751234567", PURPOSE)
    assert FollowUp.objects.count() == owed
    check_organisation(organisation=first.organisation, by=StaffFactory())
    assert register(user, association_id=key) == first
    assert Organisation.objects.get().name == "Les Grands Ponts"


@pytest.mark.parametrize("number", [{"rna": "W751234567"}, {"siren": "732829320"}])
@pytest.mark.parametrize("joins", [True, False])
def test_a_number_that_another_takes_at_the_same_moment_is_told(monkeypatch, number, joins):
    other, look, looks = AssociationFactory(), registry.refuse_number_of_another, []
    own = AssociationFactory()

    def look_then_lose(**told):
        look(**told)
        looks.append(told)
        if len(looks) == 1:
            Association.objects.filter(pk=other.pk).update(**number)

    monkeypatch.setattr(registry, "refuse_number_of_another", look_then_lose)
    write = (
        partial(register, UserFactory()) if joins else partial(update_association, association=own, by=None)
    )
    with pytest.raises(NumberTaken, match=str(other)):
        write(**number)
    assert Organisation.objects.count() == 2


def test_key_of_somebody_else_is_refused():
    first = register(UserFactory(), association_id=uuid.uuid4())
    with pytest.raises(SomebodyElses):
        register(UserFactory(), association_id=first.pk)


def test_same_record_is_offered_to_claim():
    known = AssociationFactory(
        organisation__name="Association LES PETITS PONTS", organisation__status="unclaimed"
    )
    with pytest.raises(OrganisationExists) as refused:
        register(UserFactory())
    assert refused.value.organisation == known.organisation
    assert Association.objects.count() == 1


def test_number_of_another_association_is_refused_in_french():
    AssociationFactory(rna="W751234567", registry="rna")
    with pytest.raises(DomainError, match="déjà ce numéro RNA"):
        register(UserFactory(), rna="W751234567")
    assert Association.objects.count() == 1


def test_news_travels_in_the_same_transaction():
    heard = []

    def listen(sender, association, by, **kwargs):
        heard.append((association, by))
        raise RuntimeError("the upper room failed")

    association_registered.connect(listen)
    user = UserFactory()
    try:
        with pytest.raises(RuntimeError):
            register(user)
    finally:
        association_registered.disconnect(listen)
    assert [by for _, by in heard] == [user]
    assert not Organisation.objects.exists()


def test_import_as_checked_is_owed_by_the_platform_and_written_to_by_nobody():
    association = register(None, origin=Origin.IMPORT, status=OrganisationStatus.CHECKED)
    assert next_step(association.organisation).rule == "associations.presentation"
    assert not FollowUp.objects.filter(rule="associations.first_steps").exists()


def test_the_first_person_of_an_imported_member_takes_its_step_over():
    organisation = register(None, origin=Origin.IMPORT, status=OrganisationStatus.CHECKED).organisation
    accept_claim(claim=ClaimFactory(organisation=organisation), by=StaffFactory())
    step = next_step(organisation)
    assert (step.rule, step.owner) == ("associations.complete_profile", Owner.ORGANISATION)
    accept_claim(claim=ClaimFactory(organisation=organisation), by=StaffFactory())
    assert next_step(organisation) == step


def test_import_as_unclaimed_owes_nothing():
    association = register(None, origin=Origin.IMPORT, status=OrganisationStatus.UNCLAIMED)
    assert not FollowUp.objects.about([association.organisation]).exists()


@pytest.mark.parametrize(
    ("complete", "step"), [(False, "associations.complete_profile"), (True, "associations.publish_project")]
)
def test_check_hands_over_to_the_association(complete, step):
    values = {}
    if complete:
        values = {
            "purpose": PURPOSE,
            "rna": "W751234567",
            "size": "small",
            "general_interest": "declared",
            "causes": Cause.objects.all()[:1],
            "territories": Territory.objects.filter(code="59"),
        }
    association = register(UserFactory(), **values)
    if complete:
        association.audiences.set([1])
    check_organisation(organisation=association.organisation, by=StaffFactory())
    found = next_step(association.organisation)
    assert found.rule == step
    assert found.owner == "organisation"


@pytest.mark.parametrize(
    "purpose",
    [
        "a" * 3000,
        "🌱" * 500,
        "Nous\x00 aidons\x07",
        "\u202eevil\u202c",
        "<script>alert(1)</script>",
        "  \n\n\n  x",
    ],
)
def test_hostile_texts_are_kept_as_text(purpose):
    association = register(UserFactory(), purpose=purpose)
    association.refresh_from_db()
    assert "\x00" not in association.purpose
    assert "\u202e" not in association.purpose
    if "<script>" in purpose:
        assert association.purpose == purpose
