"""Needs written by the release before this one live through its migrations."""

from collections.abc import Iterator

import pytest

from tests.migrating import migrate, migrate_to_now

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = ("companies", "0004_known_values_of_lists")


@pytest.fixture
def former() -> Iterator:
    """The tables as they were; whatever happens, they are put back as they are."""
    try:
        yield migrate(BEFORE)
    finally:
        migrate_to_now()


def test_a_need_keeps_what_its_kind_says_and_no_more(former):
    organisation = former("accounts", "Organisation").objects.create(
        kind="company", name="Les Ponts", name_key="les ponts"
    )
    company = former("companies", "Company").objects.create(organisation=organisation)
    everything = {
        "budget_min": 5,
        "goods": "Dix tables",
        "days": 3,
        "volunteers": 8,
        "whose_time": "own",
        "starts_on": "2026-12-01",
        "place": "remote",
        "question": "Comment\u202f?",
        "wished_parties": ["company"],
    }
    needs = former("companies", "Need").objects
    keys = {
        kind: needs.create(company=company, kind=kind, title="Un besoin", **everything).pk
        for kind in ("skills", "financial")
    }
    skill = former("reference", "Skill").objects.first()
    for key in keys.values():
        needs.get(pk=key).skills.add(skill)
    now = migrate_to_now()("companies", "Need")
    mission, gift = (now.objects.get(pk=keys[kind]) for kind in ("skills", "financial"))
    assert (mission.days, mission.place, mission.skills.count()) == (3, "remote", 1)
    assert (mission.budget_min, mission.goods, mission.whose_time, mission.question) == (None, "", "", "")
    assert (gift.budget_min, gift.days, gift.starts_on, gift.place) == (5, None, None, "")
    assert (gift.wished_parties, gift.volunteers, gift.skills.count()) == ([], None, 0)
