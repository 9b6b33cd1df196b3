"""What people type, well or badly: the error is in French, says what to do, and the text stays."""

import datetime as dt
from decimal import Decimal

import pytest

from associations.forms.profile import SECTIONS, IdentityForm, StanceForm
from associations.forms.project import FORM_OF_KIND, NewProjectForm
from associations.forms.registration import RegistrationForm
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from tests.associations.factories import AssociationFactory

pytestmark = pytest.mark.django_db

GOOD = {
    "name": "Les Petits Ponts",
    "postal_code": "59000",
    "town": "Lille",
    "registry": "rna",
    "number": "",
    "purpose": "Nous aidons des jeunes à trouver un métier.",
    "causes": ["education"],
    "territories": ["59", "R32", "FR"],
    "general_interest": "",
}


def registration(**changes):
    return RegistrationForm({**GOOD, **changes})


def test_general_interest_is_explained_wherever_it_is_asked():
    for form in (RegistrationForm(), StanceForm()):
        assert "rescrit" in form.fields["general_interest"].help_text


def test_each_form_of_support_says_in_plain_words_what_it_brings():
    """« Mécénat » is not a word of everybody who reads the choice."""
    plain = {"financial": "argent", "in_kind": "matériel", "skills": "salariés", "volunteering": "salariés"}
    for kind, word in plain.items():
        assert word in FORM_OF_KIND[kind].lead


def test_three_causes_at_most_and_what_was_ticked_stays():
    causes = ["education", "sport", "culture", "sante"]
    form = registration(causes=causes)
    assert "gardez-en trois" in form.errors["causes"][0]
    assert form["causes"].value() == causes
    assert registration(causes=causes[:3]).is_valid()
    mission = SECTIONS["mission"]({"purpose": "Nous aidons.", "causes": causes, "audiences": []})
    assert "gardez-en trois" in mission.errors["causes"][0]


def test_number_may_come_later():
    form = registration()
    assert form.is_valid(), form.errors
    values = form.values()
    assert (values["registry"], values["rna"], values["siren"], values["court_entry"]) == ("rna", "", "", "")
    assert [territory.code for territory in values["territories"]] == ["FR", "R32", "59"]


@pytest.mark.parametrize(
    ("registry", "number", "column", "stored"),
    [
        ("rna", " w 75 1234567 ", "rna", "W751234567"),
        ("rna", "W2A1234567", "rna", "W2A1234567"),
        ("rna", "W7512345678", None, None),
        ("siren", "732 829 320", "siren", "732829320"),
        ("siren", "73282932000074", None, None),
        ("siren", "732829321", None, None),
        ("siren", "١٢٣٤٥٦٧٨٩", None, None),
        ("rna", "751234567", None, None),
        ("rna", "🌱", None, None),
        ("alsace_moselle", "Colmar, volume 12, folio 3", "court_entry", "Colmar, volume 12, folio 3"),
    ],
)
def test_number_is_checked_as_its_register_writes_it(registry, number, column, stored):
    form = registration(registry=registry, number=number)
    if column is None:
        assert list(form.errors) == ["number"]
        assert number in str(form)
    else:
        assert form.is_valid(), form.errors
        assert form.values()[column] == stored


@pytest.mark.parametrize("postal_code", ["57000", "67 000", "68100"])
def test_local_law_is_told_about(postal_code):
    assert list(registration(postal_code=postal_code).errors) == ["registry"]
    assert registration(postal_code=postal_code, number="W751234567").is_valid()
    assert registration(postal_code=postal_code, registry="alsace_moselle").is_valid()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 251),
        ("name", "a\x00b"),
        ("postal_code", "5900"),
        ("postal_code", "F-59000"),
        ("postal_code", "٥٩٠٠٠"),
        ("postal_code", "59000\n"),
        ("registry", "kbis"),
        ("registry", ""),
        ("purpose", ""),
        ("purpose", "x" * 3001),
        ("causes", []),
        ("causes", ["n-existe-pas"]),
        ("territories", ["99"]),
        ("general_interest", "peut-être"),
    ],
)
def test_wrong_value_is_told_at_its_field(field, value):
    form = registration(**{field: value})
    if (field, value) == ("postal_code", "59000\n"):
        assert form.is_valid()
    else:
        assert list(form.errors) == [field]


@pytest.mark.parametrize("key", ["", "pas-une-clé", "0" * 5000])
def test_broken_key_is_forgotten(key):
    form = registration(association_id=key)
    assert form.is_valid()
    assert form.values()["association_id"] is None


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12 500,50 €", Decimal("12500.50")),
        ("1500", Decimal(1500)),
        ("12.500", Decimal(12500)),
        ("-5", None),
        ("0", None),
        ("dix mille", None),
        ("12,500", None),
        ("1" * 13, None),
        ("1e9", None),
        ("NaN", None),
        ("٣٠٠", None),
        ("", None),
        ("9" * 60, None),
    ],
)
def test_amount_as_people_write_it(typed, amount):
    form = FORM_OF_KIND[Kind.FINANCIAL]({"amount": typed})
    if amount is None:
        assert list(form.errors) == ["amount"]
        assert typed in str(form)
    else:
        assert form.is_valid(), form.errors
        assert form.cleaned_data["amount"] == amount


@pytest.mark.parametrize(
    ("kind", "data", "wrong"),
    [
        (Kind.SKILLS, {"skills": ["comptabilite"], "days": "0"}, ["days"]),
        (Kind.SKILLS, {"skills": [], "days": "3"}, ["skills"]),
        (Kind.SKILLS, {"skills": ["comptabilite"], "days": "99999"}, ["days"]),
        (Kind.VOLUNTEERING, {"volunteers": "-1"}, ["volunteers"]),
        (Kind.VOLUNTEERING, {"volunteers": "beaucoup"}, ["volunteers"]),
        (Kind.IN_KIND, {"goods": "   "}, ["goods"]),
        (Kind.CO_CONSTRUCTION, {"question": "x" * 2001}, ["question"]),
        (Kind.CO_CONSTRUCTION, {"question": "Comment ?"}, []),
        (Kind.SKILLS, {"skills": ["comptabilite"], "days": "3"}, []),
    ],
)
def test_each_kind_asks_its_own_fields(kind, data, wrong):
    assert list(FORM_OF_KIND[kind](data).errors) == wrong


def test_every_kind_has_its_form():
    assert set(FORM_OF_KIND) == set(Kind)
    assert len({frozenset(form.base_fields) for form in FORM_OF_KIND.values()}) == len(Kind)


@pytest.mark.parametrize(
    ("days", "wrong"), [(None, ["paused_until"]), (-1, ["paused_until"]), (0, []), (30, [])]
)
def test_pause_needs_a_day_to_come(days, wrong):
    until = "" if days is None else (clock.today() + dt.timedelta(days=days)).isoformat()
    assert list(StanceForm({"stance": "paused", "paused_until": until}).errors) == wrong


def test_open_stance_forgets_the_date():
    form = StanceForm({"stance": "open", "paused_until": "2001-01-01"})
    assert form.is_valid()
    assert form.merged()["paused_until"] is None


@pytest.mark.parametrize(
    ("website", "good"),
    [("exemple.fr", True), ("javascript:alert(1)", False), ("https://exemple.fr/" + "a" * 200, False)],
)
def test_website(website, good):
    data = {**GOOD, "website": website, "size": "small"}
    assert IdentityForm(data).is_valid() is good


@pytest.mark.parametrize("section", SECTIONS)
def test_section_saved_as_shown_changes_nothing(section):
    association = AssociationFactory(
        complete=True, organisation__website="https://exemple.fr/", yearly_budget=1200
    )
    form_class = SECTIONS[section]
    initial = form_class.initial_of(association)
    shown = form_class(initial=initial)
    data = {}
    for name in initial:
        value = shown[name].field.prepare_value(initial[name])
        data[name] = "" if value is None else value
    form = form_class(data)
    assert form.is_valid(), form.errors
    for name, value in form.merged().items():
        assert list(value) == initial[name] if hasattr(value, "model") else value == initial[name], name


def test_hostile_title_is_shown_as_text():
    form = NewProjectForm({"title": '"><script>alert(1)</script>', "description": "x", "causes": []})
    assert "<script>" not in str(form)
