"""What people type: amounts, dates, kinds. What is refused says what to do, and what was typed stays."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from companies.forms import CompanyForm, PolicyForm, RegistrationForm, need_form
from companies.readiness import NEED_FIELDS
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from mecenova.ui.templatetags.controls import when_wanted
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = pytest.mark.django_db

COMMON = {
    "id": str(uuid.uuid4()),
    "title": "Des chaises",
    "description": "Pour nos ateliers",
    "causes": ["sante"],
    "territories": ["FR"],
}
OWN = {
    Kind.FINANCIAL: {"budget_min": "5 000", "budget_max": "20 000,50 €"},
    Kind.IN_KIND: {"goods": "Trente chaises"},
    Kind.SKILLS: {"skills": ["redaction"], "days": "10", "place": "remote"},
    Kind.VOLUNTEERING: {"whose_time": "own", "volunteers": "12", "place": "on_site"},
    Kind.CO_CONSTRUCTION: {"question": "Comment faire\u202f?", "wished_parties": ["school", "union"]},
}


def form(kind=Kind.FINANCIAL, **changes):
    return need_form(kind)({**COMMON, **OWN[kind], **changes})


def iso(days):
    return (clock.today() + timedelta(days=days)).isoformat()


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_asks_for_its_own_fields_and_no_other(kind):
    blank = need_form(kind)()
    every = {name for names in NEED_FIELDS.values() for name in names}
    assert every & set(blank.fields) == set(NEED_FIELDS[kind])
    assert form(kind).is_valid(), form(kind).errors


def test_neither_amount_says_that_it_is_optional_since_one_is_wanted():
    shown = str(need_form(Kind.FINANCIAL)())
    assert not form(budget_min="", budget_max="").is_valid()
    for name in ("budget_min", "budget_max"):
        label = shown.split(f'<label for="id_{name}">')[1].split("</label>")[0]
        assert "facultatif" not in label


def test_a_need_begins_with_the_causes_and_territories_of_the_policy():
    policy = CompanyFactory().policy
    begun = need_form(Kind.IN_KIND)(policy=policy)
    assert set(begun["causes"].value()) == set(policy.causes.values_list("slug", flat=True))
    assert set(begun["territories"].value()) == set(policy.territories.values_list("code", flat=True))
    assert str(begun).count("checked") >= policy.causes.count() + policy.territories.count()


def test_amounts_as_people_write_them():
    found = form(budget_min="5000", budget_max="12.500,50 €")
    assert found.is_valid(), found.errors
    assert found.cleaned_data["budget_min"] == Decimal("5000.00")
    assert found.cleaned_data["budget_max"] == Decimal("12500.50")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-500", "négatif"),
        ("12,500", "lisible"),
        ("beaucoup", "lisible"),
        ("1 000 000 001", "milliard"),
        ("1e9", "lisible"),
        ("NaN", "lisible"),
        ("٣٠٠", "lisible"),
        ("9" * 41, ""),
    ],
)
def test_a_wrong_amount_keeps_what_was_typed(typed, said):
    found = form(budget_min=typed)
    assert not found.is_valid()
    assert said in found.errors["budget_min"][0]
    assert f'value="{typed}"' in str(found["budget_min"])
    assert 'value="20 000,50 €"' in str(found["budget_max"])


def test_at_least_one_amount_and_in_order():
    assert "budget_max" in form(budget_min="", budget_max="").errors
    assert form(budget_min="", budget_max="100").is_valid()
    assert "échangez" in form(budget_min="200", budget_max="100").errors["budget_max"][0]
    assert "échangez" not in str(form(budget_min="x", budget_max="100").errors)


def test_deadlines_are_today_or_later_and_within_reach():
    assert "passée" in form(deadline=iso(-1)).errors["deadline"][0]
    assert form(deadline=iso(0)).is_valid()
    assert "année" in form(deadline="2206-01-01").errors["deadline"][0]
    assert form(deadline=f"{clock.today() + timedelta(days=30):%d/%m/%Y}").is_valid()
    assert "deadline" in form(deadline="demain").errors


def test_periods_are_in_order_and_not_over():
    assert "avant le début" in form(Kind.SKILLS, starts_on=iso(9), ends_on=iso(8)).errors["ends_on"][0]
    assert "passée" in form(Kind.SKILLS, starts_on=iso(-9), ends_on=iso(-8)).errors["ends_on"][0]
    assert form(Kind.SKILLS, starts_on=iso(-9), ends_on=iso(8)).is_valid()


def test_work_time_is_sent_to_the_right_form():
    refused = form(Kind.VOLUNTEERING, whose_time="work")
    assert "mécénat de compétences" in refused.errors["whose_time"][0]
    assert "checked" in str(refused["whose_time"])


@pytest.mark.parametrize("number", ["0", "-3", "3.5", "10001", "99999999999999999999", "dix"])
def test_days_are_a_sane_number(number):
    assert "days" in form(Kind.SKILLS, days=number).errors


@pytest.mark.parametrize(
    "hostile",
    [
        {"title": ""},
        {"title": "x" * 151},
        {"title": "a\x00b"},
        {"causes": ["sante", "vandalisme"]},
        {"causes": []},
        {"territories": ["XX"]},
        {"territories": ["1 OR 1=1"]},
        {"id": "pas-un-uuid"},
    ],
)
def test_hostile_values_are_refused_without_a_crash(hostile):
    found = form(**hostile)
    assert set(found.errors) == set(hostile)
    str(found)


def test_a_need_comes_back_as_it_was_said():
    need = NeedFactory(kind=Kind.SKILLS, territories=["75", "R11"])
    shown = need_form(need.kind)(need=need)
    assert "id" not in shown.fields
    drawn = str(shown)
    for value in ("75", "R11", "recrutement", "emploi-et-insertion"):
        assert f'value="{value}"' in drawn
    assert drawn.count("checked") == 4
    money = need_form(Kind.FINANCIAL)(need=NeedFactory(budget_min=Decimal("12500.50")))
    assert 'value="12\u202f500,50"' in str(money["budget_min"])


def test_registration_explains_what_a_capacity_commits_to():
    blank = RegistrationForm()
    assert "votre porte est fermée" in blank.fields["monthly_capacity"].help_text
    assert blank.fields["monthly_capacity"].initial == 3
    for wrong, said in (("-1", "négatif"), ("501", "500"), ("trois", "entier")):
        assert said in RegistrationForm({"monthly_capacity": wrong}).errors["monthly_capacity"][0]


@pytest.mark.parametrize("code", ["7500", "750091", "75 00A", "٧٥٠٠٩"])
def test_a_postal_code_is_five_digits(code):
    assert "cinq chiffres" in RegistrationForm({"postal_code": code}).errors["postal_code"][0]


def test_the_profile_checks_the_siren_and_the_address():
    company = CompanyFactory()
    wrong = CompanyForm({"name": "x", "giver": "company", "siren": "123456789"}, company=company)
    assert "siren" in wrong.errors
    assert 'value="123456789"' in str(wrong["siren"])
    script = CompanyForm({"name": "x", "giver": "company", "website": "javascript:alert(1)"}, company=company)
    assert "website" in script.errors


def test_a_policy_may_be_empty_but_not_contradictory():
    company = CompanyFactory()
    assert PolicyForm({"monthly_capacity": "0"}, company=company).is_valid()
    both = PolicyForm(
        {"monthly_capacity": "1", "causes": ["sport", "sante"], "excluded_causes": ["sport"]}, company=company
    )
    assert "Sport" in both.errors["excluded_causes"][0]


def test_what_suggestions_wait_for_is_not_called_optional_in_the_policy():
    form = PolicyForm(company=CompanyFactory())
    for name in ("causes", "kinds", "territories"):
        assert "pour recevoir des suggestions" in when_wanted(form[name])
    assert when_wanted(form["ticket_min"]) == "facultatif"


@pytest.mark.parametrize("kind", [Kind.SKILLS, Kind.VOLUNTEERING])
def test_no_answer_is_taken_once_all_is_over(kind):
    late = form(kind, ends_on=iso(8), deadline=iso(9))
    assert "une réponse viendrait trop tard" in late.errors["deadline"][0]
    assert "deadline" not in form(kind, ends_on=iso(8), deadline=iso(8)).errors
    assert "deadline" not in form(kind, deadline=iso(9)).errors
