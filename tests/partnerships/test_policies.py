"""Who may do what with an introduction and a partnership: each person of each side, and the team."""

import pytest

from accounts.enums import OrganisationStatus, Role
from accounts.models import Organisation
from mecenova.agenda.operations import next_step
from partnerships import operations, policies
from partnerships.enums import Side
from partnerships.models import Partnership
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.partnerships.talking import END, TODAY

ASSOCIATION = {"association manager", "association contributor", "staff of the association"}
COMPANY = {"company manager", "company contributor"}
BOTH = ASSOCIATION | COMPANY
TEAM = {"staff", "staff of the association"}


@pytest.fixture
def people(pair):
    def contributor(subject, **user):
        return MembershipFactory(organisation=subject.organisation, role=Role.CONTRIBUTOR, **user).user

    return {
        "stranger": UserFactory(),
        "staff": StaffFactory(),
        "association manager": pair.asker,
        "association contributor": contributor(pair.association),
        "staff of the association": contributor(pair.association, user=StaffFactory()),
        "company manager": pair.answerer,
        "company contributor": contributor(pair.company),
    }


@pytest.fixture
def who(people):
    return lambda policy, *about: {name for name, person in people.items() if policy(person, *about)}


def test_an_introduction(pair, who):
    asked = pair.ask()
    assert who(policies.can_view_introduction, asked) == BOTH | TEAM
    assert who(policies.can_answer_introduction, asked) == COMPANY
    assert who(policies.asked_introduction, asked) == ASSOCIATION
    assert who(policies.can_withdraw_introduction, asked) == ASSOCIATION
    assert who(policies.owes, next_step(asked)) == COMPANY
    operations.accept_introduction(introduction=asked, by=pair.answerer)
    asked.refresh_from_db()
    assert who(policies.can_withdraw_introduction, asked) == set()


def test_asking_for_one(pair, who):
    pairs = (pair.association, pair.company)
    assert who(policies.can_ask_introduction, *pairs, Side.ASSOCIATION) == ASSOCIATION
    assert who(policies.can_ask_introduction, *pairs, Side.COMPANY) == COMPANY


def test_a_partnership(signed, who):
    partnership = signed.partnership
    assert who(policies.can_view_partnership, partnership) == BOTH | TEAM
    assert who(policies.can_abandon_partnership, partnership) == BOTH
    assert who(policies.can_speak_for_partnership, partnership) == BOTH
    assert who(policies.can_manage_partnership, partnership) == {"association manager", "company manager"}
    assert who(policies.can_settle_partnership, partnership) == {"staff"}
    assert who(policies.can_contest_signature, partnership) == set(), "nothing is signed"


def test_a_signature_is_contested_by_the_side_that_did_not_say_it(signed, who):
    signed.sign(by=signed.asker)
    agreed = Partnership.objects.get()
    assert who(policies.can_contest_signature, agreed) == {"company manager"}
    operations.correct_signature(
        partnership=agreed, signed_on=TODAY, ends_on=END.replace(day=1), by=signed.answerer
    )
    assert who(policies.can_contest_signature, Partnership.objects.get()) == {"association manager"}


def test_whoever_has_left_speaks_for_nothing(signed, who):
    keys = [signed.company.organisation_id]
    Organisation.objects.filter(pk__in=keys).update(status=OrganisationStatus.LEFT, left_at=signed.now())
    found = Partnership.objects.get()
    assert who(policies.can_speak_for_partnership, found) == ASSOCIATION
    assert who(policies.can_manage_partnership, found) == {"association manager"}


def test_who_is_of_both_sides_speaks_for_the_one_that_is_waited_for(signed, people):
    person = people["association contributor"]
    MembershipFactory(organisation=signed.company.organisation, user=person)
    association, company = signed.association.organisation, signed.company.organisation

    def speaks_for():
        return policies.party_of(person, Partnership.objects.get())

    assert speaks_for() == association
    operations.report_talk(partnership=signed.partnership, talked=True, by=signed.asker)
    assert speaks_for() == company
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    assert speaks_for() == association
    operations.reflect(partnership=Partnership.objects.get(), text="Un bel élan.", by=signed.asker)
    assert speaks_for() == company
    assert policies.party_of(people["stranger"], Partnership.objects.get()) is None


def test_who_waits_for_its_check_is_not_asked_for_details(pair):
    Organisation.objects.filter(pk=pair.association.organisation_id).update(
        status=OrganisationStatus.TO_CHECK
    )
    told = policies.why_not_yet(Organisation.objects.get(pk=pair.association.organisation_id))
    assert "Nous lisons votre fiche" in told
    assert "précisions" not in told


def test_a_no_about_nothing_in_particular_names_nothing(pair):
    refused = operations.decline_introduction(
        introduction=pair.ask(need=None), reason="timing", by=pair.answerer
    )
    told = policies.why_not_ask(pair.association, pair.company, None, Side.ASSOCIATION)
    assert told == policies.why_refused(refused)
    assert "non à votre demande le" in told


def test_what_is_offered_after_a_no_is_the_team_s_to_write(who):
    assert who(policies.can_edit_refusal_steps) == TEAM
