"""Two people of a company at one page: neither takes back, without seeing it, what the other has written."""

from decimal import Decimal

import pytest
from django.urls import reverse

from companies.models import Policy
from companies.operations import set_policy, update_company, update_need
from mecenova.reference.models import Cause, Territory
from tests.accounts.factories import UserFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.posting import as_posted, opened
from tests.threads import while_uncommitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client):
    people = [UserFactory(), UserFactory()]
    client.force_login(people[0])
    return CompanyFactory(members=people)


def of_the_other(company, **changes):
    """What a colleague saves meanwhile: the whole policy, with these changes."""
    policy = Policy.objects.get(company=company)
    told = {name: list(getattr(policy, name).all()) for name in ("causes", "territories", "excluded_causes")}
    told |= {"kinds": policy.kinds, "monthly_capacity": policy.monthly_capacity}
    set_policy(company=company, by=company.organisation.members.last(), **{**told, **changes})


def test_a_policy_saved_as_it_was_shown_takes_nothing_back_from_the_other(client, company):
    address = reverse("companies:policy", args=[company.pk])
    form = opened(client, address)
    nord = list(Territory.objects.filter(code="59"))
    sport = Cause.objects.filter(slug="sport")
    of_the_other(company, territories=nord, ticket_min=Decimal(500), excluded_causes=sport)
    assert client.post(address, form | {"monthly_capacity": "7"}).status_code == 302
    policy = Policy.objects.get(company=company)
    assert (policy.monthly_capacity, policy.ticket_min) == (7, 500)
    assert list(policy.territories.all()) == nord
    assert list(policy.excluded_causes.all()) == list(sport)


def test_the_same_part_of_a_policy_written_by_two_is_shown_before_it_is_replaced(client, company):
    address = reverse("companies:policy", args=[company.pk])
    form = opened(client, address)
    of_the_other(company, causes=Cause.objects.filter(slug="sante"), monthly_capacity=9)
    answer = client.post(address, form | {"causes": ["culture"], "kinds": ["in_kind"]})
    assert answer.status_code == 409
    assert "Quelqu’un, ou vous dans un autre onglet, a changé cette fiche" in answer.text
    assert "<title>Erreur" in answer.text
    ((overtaken),) = answer.context["form"].overtaken
    assert overtaken.now == Cause.objects.get(slug="sante").name
    again = as_posted(answer.context["form"])
    assert (again["causes"], again["kinds"], again["monthly_capacity"]) == (["culture"], ["in_kind"], 9)
    assert Policy.objects.get(company=company).causes.get().slug == "sante"
    assert client.post(address, again).status_code == 302
    policy = Policy.objects.get(company=company)
    assert (policy.causes.get().slug, policy.kinds, policy.monthly_capacity) == ("culture", ["in_kind"], 9)


def test_a_minimum_and_a_maximum_written_by_two_are_shown_when_they_cross(client, company):
    address = reverse("companies:policy", args=[company.pk])
    of_the_other(company, ticket_min=Decimal(100), ticket_max=Decimal(1000))
    form = opened(client, address)
    of_the_other(company, ticket_min=Decimal(100), ticket_max=Decimal(500))
    answer = client.post(address, form | {"ticket_min": "800"})
    assert answer.status_code == 409
    ((overtaken),) = answer.context["form"].overtaken
    assert (overtaken.label, overtaken.now[:3]) == ("Soutien maximal", "500")
    again = as_posted(answer.context["form"])
    assert "échangez-les" in client.post(address, again).text
    assert Policy.objects.get(company=company).ticket_min == 100
    assert client.post(address, again | {"ticket_min": "400"}).status_code == 302
    policy = Policy.objects.get(company=company)
    assert (policy.ticket_min, policy.ticket_max) == (400, 500)


def test_a_minimum_and_a_maximum_of_a_need_written_by_two_are_shown_when_they_cross(client, company):
    need = NeedFactory(company=company, kind="financial", budget_min=100, budget_max=1000)
    address = reverse("companies:need_edit", args=[need.pk])
    form = opened(client, address)
    update_need(need=need, by=company.organisation.members.last(), budget_max=Decimal(500))
    answer = client.post(address, form | {"budget_min": "800"})
    assert answer.status_code == 409
    assert [one.label for one in answer.context["form"].overtaken] == ["Montant maximal"]
    assert client.post(address, form | {"budget_min": "400"}).status_code == 302
    need.refresh_from_db()
    assert (need.budget_min, need.budget_max) == (400, 500)


def test_a_first_policy_written_by_two_is_shown_before_it_is_replaced(client, company):
    Policy.objects.get(company=company).delete()
    address = reverse("companies:policy", args=[company.pk])
    form = opened(client, address)
    assert form["monthly_capacity"] == 3
    assert client.post(address, form | {"causes": ["sante"], "monthly_capacity": "9"}).status_code == 302
    answer = client.post(address, form | {"causes": ["culture"]})
    assert answer.status_code == 409
    assert client.post(address, as_posted(answer.context["form"])).status_code == 302
    policy = Policy.objects.get(company=company)
    assert (policy.causes.get().slug, policy.monthly_capacity) == ("culture", 9)


def test_a_presentation_and_a_need_are_kept_the_same_way(client, company):
    need = NeedFactory(company=company, kind="in_kind", goods="Dix tables")
    for name, subject, write in (
        ("edit", company, lambda **said: update_company(company=company, by=None, **said)),
        ("need_edit", need, lambda **said: update_need(need=need, by=None, **said)),
    ):
        address = reverse(f"companies:{name}", args=[subject.pk])
        words, other = ("presentation", "town") if name == "edit" else ("description", "goods")
        form = opened(client, address)
        write(**{other: "De l’autre"})
        assert client.post(address, form | {words: "Le mien."}).status_code == 302, name
        form = opened(client, address)
        assert (form[words], form[other]) == ("Le mien.", "De l’autre")
        write(**{words: "Celui de l’autre."})
        answer = client.post(address, form | {words: "Encore le mien."})
        assert answer.status_code == 409
        assert "Celui de l’autre." in answer.text
        assert "Encore le mien." in answer.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("page", "field", "mine", "theirs", "other", "kept"),
    [
        ("edit", "presentation", "Le mien.", "Celui de l’autre.", "giver", "foundation"),
        ("policy", "monthly_capacity", 7, 9, "ticket_min", Decimal(500)),
        ("need_edit", "description", "Le mien.", "Celui de l’autre.", "goods", "Vingt tables"),
    ],
)
def test_what_the_other_is_still_writing_is_waited_for(
    client, company, monkeypatch, page, field, mine, theirs, other, kept
):
    need = NeedFactory(company=company, kind="in_kind", goods="Dix tables")
    subject = need if page == "need_edit" else company
    address = reverse(f"companies:{page}", args=[subject.pk])

    def write(**said):
        if page == "edit":
            update_company(company=company, by=None, **said)
        elif page == "policy":
            of_the_other(company, **said)
        else:
            update_need(need=need, by=None, **said)

    def now(name):
        if page == "policy":
            return getattr(Policy.objects.get(company=company), name)
        return getattr(type(subject).objects.get(pk=subject.pk), name)

    form = opened(client, address)
    assert now(other) != kept
    answer = while_uncommitted(
        monkeypatch, lambda: write(**{other: kept}), lambda: client.post(address, form | {field: mine})
    )
    assert answer.status_code == 302
    assert (now(field), now(other)) == (mine, kept)

    form = opened(client, address)
    answer = while_uncommitted(
        monkeypatch, lambda: write(**{field: theirs}), lambda: client.post(address, form | {field: "5"})
    )
    assert answer.status_code == 409
    ((overtaken),) = answer.context["form"].overtaken
    assert overtaken.now == str(theirs)
    assert now(field) == theirs
