import pytest

from mecenova.reference.labels import (
    LabelIndex,
    audience_index,
    cause_index,
    sector_index,
    skill_index,
)
from mecenova.reference.models import Audience, Cause, Sector, Skill

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Éducation", "education"),
        ("EDUCATION", "education"),
        ("égalité et diversité", "egalite-et-diversite"),
        ("egalite-et-diversite", "egalite-et-diversite"),
        ("lutte contre l’exclusion", "precarite"),
        ("Patrimoine", "culture"),
        ("Solidarité", "precarite"),
    ],
)
def test_a_cause_by_its_words(text: str, slug: str) -> None:
    assert cause_index().find(text) == Cause.objects.get(slug=slug)


@pytest.mark.parametrize("text", ["", "…", "pêche à la ligne", "education sport"])
def test_an_unknown_cause_is_not_guessed(text: str) -> None:
    assert cause_index().find(text) is None


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("assurance", "assurance-et-protection-sociale"),
        ("audit", "audit-et-conseil"),
        ("aéronautique", "aeronautique-et-defense"),
        ("aéroports", "transports"),
        ("banque", "banque-et-finance"),
        ("conseil", "audit-et-conseil"),
        ("construction", "construction"),
        ("cosmétiques", "cosmetiques-et-luxe"),
        ("courrier et services", "transports"),
        ("distribution", "commerce-et-distribution"),
        ("distribution culturelle", "commerce-et-distribution"),
        ("distribution d'articles de sport", "commerce-et-distribution"),
        ("entretien automobile", "automobile"),
        ("gaz industriels", "chimie-et-materiaux"),
        ("hôtellerie", "hotellerie-et-restauration"),
        ("immobilier", "immobilier"),
        ("industrie pharmaceutique", "sante-et-pharmacie"),
        ("jeux", "jeux-et-loisirs"),
        ("petit équipement", "equipement-de-la-maison"),
        ("pneumatiques", "automobile"),
        ("protection sociale", "assurance-et-protection-sociale"),
        ("restauration collective", "hotellerie-et-restauration"),
        ("services", "services"),
        ("services à l'environnement", "eau-et-dechets"),
        ("transport", "transports"),
        ("Transport aérien", "transports"),
        ("travail temporaire", "travail-temporaire"),
        ("télécommunications", "telecommunications"),
        ("électronique", "electronique-et-electricite"),
        ("énergie", "energie"),
        ("équipement de l'habitat", "equipement-de-la-maison"),
        ("équipement électrique", "electronique-et-electricite"),
    ],
)
def test_a_sector_by_the_words_of_files(text: str, slug: str) -> None:
    assert sector_index().find(text) == Sector.objects.get(slug=slug)


def test_skills_and_audiences_by_name() -> None:
    assert skill_index().find("comptabilite") == Skill.objects.get(slug="comptabilite")
    assert audience_index().find("Demandeurs d'emploi") == Audience.objects.get(slug="demandeurs-d-emploi")
    assert skill_index().find("voyance") is audience_index().find("martiens") is None


def test_an_entry_added_by_staff_is_found_and_wins_over_an_alias() -> None:
    heritage = Cause.objects.create(slug="patrimoine", name="Patrimoine")
    assert cause_index().find("patrimoine") == heritage


def test_an_index_asks_the_database_once(query_count) -> None:
    def search_all() -> None:
        index = LabelIndex(Cause.objects.all(), {"peche": "sport"})
        for text in ("Éducation", "pêche", "nulle part", "Sport"):
            index.find(text)

    assert query_count(search_all) == 1


def test_an_alias_to_a_deleted_entry_finds_nothing() -> None:
    Sector.objects.filter(slug="automobile").delete()
    assert sector_index().find("pneumatiques") is None
