import pytest

from associations.enums import GeneralInterest, Registry, Stance
from associations.models import Association
from associations.readiness import (
    PURPOSE_MIN_LENGTH,
    RULES,
    completeness,
    is_complete,
    missing_in_words,
    where_to_say,
)
from mecenova.reference.models import Skill
from tests.accounts.factories import MembershipFactory
from tests.associations.factories import AssociationFactory

pytestmark = pytest.mark.django_db


def keys(association):
    return [part.key for part in completeness(association).missing]


def test_nothing_said_yet():
    association = AssociationFactory()
    found = completeness(association)
    assert keys(association) == [
        "purpose",
        "causes",
        "audiences",
        "territories",
        "registry",
        "size",
        "general_interest",
    ]
    assert (found.done, found.total, found.percent) == (1, 8, 12)


def test_everything_said():
    found = completeness(AssociationFactory(complete=True))
    assert found.is_complete
    assert found.percent == 100
    assert found.missing == ()


@pytest.mark.parametrize(
    ("length", "missing"), [(PURPOSE_MIN_LENGTH - 1, ["purpose"]), (PURPOSE_MIN_LENGTH, [])]
)
def test_purpose_is_measured_without_its_blanks(length, missing):
    association = AssociationFactory(complete=True)
    association.purpose = " \n" + "a" * length + "   "
    assert keys(association) == missing


@pytest.mark.parametrize("registry", Registry)
def test_each_register_has_its_own_number(registry):
    association = AssociationFactory(complete=True, registry=registry, rna="", siren="", court_entry="")
    assert keys(association) == ["registry"]
    number = {"rna": "W751234567", "siren": "732829320", "alsace_moselle": "Colmar, volume 3, folio 7"}
    column = "court_entry" if registry == Registry.ALSACE_MOSELLE else registry.value
    setattr(association, column, number[registry])
    assert is_complete(association)


def test_no_is_an_answer_about_general_interest():
    association = AssociationFactory(complete=True, general_interest=GeneralInterest.NO)
    assert is_complete(association)


def test_expert_owes_expertise_not_general_interest():
    association = AssociationFactory(complete=True, stance=Stance.EXPERT_ONLY, general_interest="")
    assert keys(association) == ["expertise"]
    association.expertise.add(Skill.objects.first())
    assert is_complete(association)


def test_missing_parts_make_a_sentence():
    association = AssociationFactory(complete=True, size="", general_interest="")
    assert missing_in_words(association) == "votre taille et votre situation d’intérêt général"
    association.size = "small"
    assert missing_in_words(association) == "votre situation d’intérêt général"
    association.general_interest = "no"
    assert missing_in_words(association) == ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.part.key)
def test_every_part_leads_to_its_field(client, rule):
    """On a phone, the field may be three screens below the top of its section."""
    association = AssociationFactory()
    client.force_login(MembershipFactory(organisation=association.organisation).user)
    page, _, field = where_to_say(association, rule.part).partition("#")
    assert f'id="{field}"' in client.get(page).content.decode()


def test_no_query_when_everything_was_fetched(django_assert_num_queries):
    AssociationFactory.create_batch(3, complete=True)
    fetched = list(Association.objects.for_readiness())
    with django_assert_num_queries(0):
        assert all(is_complete(association) for association in fetched)
