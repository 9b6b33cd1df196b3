"""Which waits the observatory measures, from what to what, and under which causes and forms."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType

from accounts.enums import Origin
from accounts.models import Organisation
from associations.enums import ProjectStatus
from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.pages.observatory.figures import PERIOD, compute
from mecenova.pages.observatory.longest import longest
from mecenova.reference.enums import Kind
from mecenova.reference.models import Territory
from mecenova.workflow.models import TransitionRecord
from partnerships.enums import IntroductionStatus
from tests.accounts.factories import MembershipFactory, OrganisationFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory
from tests.mail.factories import OutgoingMailFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1).total_seconds()


@pytest.fixture(autouse=True)
def now():
    with clock.frozen(NOW) as stopped:
        yield stopped


def ago(days):
    return NOW - timedelta(days=days)


def signed_up(organisation, days):
    """Its people came so many days ago."""
    MembershipFactory(organisation=organisation)
    Organisation.objects.filter(pk=organisation.pk).update(created_at=ago(days))


def say(subject, verb, days):
    subject_type = ContentType.objects.get_for_model(subject)
    TransitionRecord.objects.create(subject_type=subject_type, subject_id=subject.pk, verb=verb, at=ago(days))


def write(organisation, notification, days):
    mail = OutgoingMailFactory(notification=notification, due_at=ago(days))
    OutgoingMail.objects.filter(pk=mail.pk).update(
        status=MailStatus.SENT,
        sent_at=ago(days),
        settled_at=ago(days),
        subject_type=ContentType.objects.get_for_model(organisation),
        subject_id=organisation.pk,
    )


def waited(figure, dimension="all", key=""):
    """How many waits ended, and for how many days half of them lasted."""
    group = compute().groups[figure, dimension, key]
    return group.ended, round(group.half / DAY, 3) if group.half is not None else None


def test_the_answer_is_the_first_welcome_whoever_read_it_first():
    organisation = OrganisationFactory()
    signed_up(organisation, 10)
    # Neither what was sent before anybody welcomed it, nor the welcome of a colleague who came later.
    write(organisation, "accounts.claim_received", 9)
    assert waited("answer") == (0, None)
    write(organisation, "matching.welcome", 8)
    write(organisation, "matching.welcome", 3)
    assert waited("answer") == (1, 2)


def test_a_company_is_answered_by_its_own_welcome_under_the_causes_of_its_policy():
    company = CompanyFactory()
    signed_up(company.organisation, 10)
    write(company.organisation, "matching.company_welcome", 7)
    assert waited("answer", "cause", "education") == (1, 3)
    assert waited("answer", "kind", "company") == (1, 3)


def test_a_look_is_the_first_one_even_where_something_is_missing():
    organisation = OrganisationFactory()
    signed_up(organisation, 10)
    say(organisation, "ask_for_changes", 6)
    say(organisation, "resubmit", 4)
    say(organisation, "check", 2)
    assert waited("check") == (1, 4)


@pytest.mark.parametrize("kind", ["public_body", "school"])
def test_whoever_is_neither_an_association_nor_a_company_waits_for_no_welcome(kind):
    signed_up(OrganisationFactory(kind=kind), 10)
    assert compute().total("answer").counted == 0


def test_a_request_is_answered_by_the_first_word_said_and_what_comes_after_is_no_silence():
    released = {"status": IntroductionStatus.RELEASED, "released_at": NOW}
    asked = IntroductionFactory(requested_at=ago(30), answered_at=ago(26), **released)
    say(asked, "postpone", 26)
    say(asked, "release", 1)
    yes = IntroductionFactory(requested_at=ago(30))
    say(yes, "postpone", 26)
    say(yes, "accept", 5)
    silent = IntroductionFactory(requested_at=ago(30), **released)
    say(silent, "release", 1)
    total = compute().total("introduction")
    assert (total.counted, total.missed) == (3, 1)
    assert waited("introduction") == (2, 4)


def test_the_wait_for_a_place_is_not_the_company_s():
    asked = IntroductionFactory(requested_at=ago(20))
    type(asked).objects.update(created_at=NOW - PERIOD - timedelta(days=30))
    say(asked, "decline", 15)
    assert waited("introduction") == (1, 5)


def test_the_forms_sought_are_those_of_the_projects_on_line():
    association = AssociationFactory(complete=True, organisation__checked_at=ago(91))
    for kind, status in (
        (Kind.FINANCIAL, ProjectStatus.PUBLISHED),
        (Kind.FINANCIAL, ProjectStatus.PUBLISHED),
        (Kind.SKILLS, ProjectStatus.DRAFT),
    ):
        published = {"published_at": NOW} if status == ProjectStatus.PUBLISHED else {}
        days = {"days": 10} if kind == Kind.SKILLS else {}
        AskFactory(
            project=ProjectFactory(association=association, status=status, **published), kind=kind, **days
        )
    by_form = compute().of("attention", "kind")
    assert {form: group.counted for form, group in by_form.items()} == {"financial": 1}


@pytest.mark.parametrize(("days", "counted"), [(0, 1), (365, 1), (366, 0)])
def test_a_year_is_read_its_first_day_included(days, counted):
    signed_up(OrganisationFactory(), days)
    IntroductionFactory(requested_at=ago(days))
    figures = compute()
    assert figures.total("answer").counted == figures.total("introduction").counted == counted


def test_nobody_signed_up_whom_a_file_entered_or_who_has_no_account():
    OrganisationFactory()
    signed_up(OrganisationFactory(origin=Origin.IMPORT), 10)
    assert compute().total("check").counted == 0


def test_what_is_written_or_done_of_something_else_of_that_key_is_no_answer():
    organisation = OrganisationFactory()
    signed_up(organisation, 10)
    write(organisation, "matching.welcome", 8)
    other = ContentType.objects.get_for_model(Territory)
    OutgoingMail.objects.update(subject_type=other)
    say(organisation, "call", 7)
    say(organisation, "check", 6)
    TransitionRecord.objects.filter(verb="check").update(subject_type=other)
    assert (waited("answer"), waited("check")) == ((0, None), (0, None))


@pytest.mark.parametrize(("code", "region"), [("59", "R32"), ("974", "R04"), ("975", "975"), (None, "")])
def test_a_collectivity_that_is_in_no_region_is_its_own(code, region):
    department = Territory.objects.get(code=code) if code else None
    signed_up(OrganisationFactory(department=department), 10)
    figures = compute()
    assert set(figures.of("check", "region")) == {region}
    assert set(figures.of("check", "department")) == {code or ""}
    if code:
        assert (figures.places[code].region, bool(figures.regions[region])) == (region, True)
        # One place alone is shown once: as a région.
        assert [place.code for place in figures.inside(region)][:1] == ([] if code != "59" else ["02"])


def test_whoever_says_no_cause_counts_among_those_who_say_none():
    signed_up(OrganisationFactory(), 10)
    assert list(compute().of("check", "cause")) == [""]


@pytest.mark.parametrize("age", [89, 90, 91])
@pytest.mark.parametrize("presented", [None, 89, 90, 91])
def test_the_team_reads_the_names_of_those_whom_the_share_counts(age, presented):
    association = AssociationFactory(complete=True, organisation__checked_at=ago(age))
    if presented is not None:
        SuggestionFactory(association=association, presented_at=ago(presented))
    total = compute().total("attention")
    assert total.counted == (age >= 90)
    assert total.missed == (age >= 90 and presented != 89)
    assert len(longest()["attention"]) == total.missed
