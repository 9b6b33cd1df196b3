"""The score attacked with values nobody chose: bounds, neutrality, what may never lower it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.scoring import (
    STOPS,
    WEIGHTS,
    AskSide,
    AssociationSide,
    Lexicon,
    NeedSide,
    TextSide,
    score,
    stopped_by,
    total_of,
)
from matching.scoring.lexicon import FACETS
from matching.scoring.themes import all_themes, implied_by

TODAY = date(2026, 11, 23)
CAUSES = ("sport", "culture", "sante", "education", "handicap", "solidarite-internationale")
KINDS = ("financial", "in_kind", "skills", "volunteering", "co_construction")
RELATED = {"sport": frozenset({"sante"}), "sante": frozenset({"sport"}), "culture": frozenset({"education"})}
THEMES = ("boules", "theatre", "rugby", "sport")

some_causes = st.frozensets(st.sampled_from(CAUSES))
amounts = st.none() | st.decimals(min_value=0, max_value=1_000_000, places=2)
weights = st.dictionaries(st.sampled_from(THEMES), st.floats(0.01, 1.0), max_size=4)
need_texts = st.builds(
    TextSide, terms=weights, themes=weights, words=st.just({name: name for name in THEMES})
)
association_texts = st.builds(
    TextSide,
    terms=weights,
    themes=weights,
    density=st.floats(0.2, 1.0),
    causes=some_causes,
    speaks=st.booleans(),
    doubts=st.sampled_from([(), ("cercle",)]),
    told=st.booleans(),
)
needs = st.builds(
    NeedSide,
    id=st.just("need"),
    company=st.just("company"),
    kind=st.sampled_from(KINDS),
    causes=some_causes,
    excluded_causes=some_causes,
    skills=st.frozensets(st.sampled_from(["redaction", "achats"])),
    territories=st.frozensets(st.sampled_from(["FR", "59", "R32", "INT"])),
    budget_min=amounts,
    budget_max=amounts,
    deadline=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    sector=st.sampled_from(["", "energie"]),
    general_interest_only=st.booleans(),
    text=need_texts,
)
asks = st.builds(
    AskSide, st.sampled_from(KINDS), amounts, st.frozensets(st.sampled_from(["redaction", "achats"]))
)
associations = st.builds(
    AssociationSide,
    id=st.just("association"),
    causes=some_causes,
    reach=st.sampled_from([frozenset(), frozenset({"59", "R32", "FR"}), frozenset({"INT"})]),
    places=st.just(frozenset()),
    stance=st.sampled_from(["open", "expert_only", "paused"]),
    paused_until=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    general_interest=st.sampled_from(["", "declared", "confirmed", "no"]),
    refused_kinds=st.frozensets(st.sampled_from(KINDS)),
    refused_sectors=st.frozensets(st.sampled_from(["energie"])),
    asks=st.lists(asks, max_size=3).map(tuple),
    text=association_texts,
)


@given(needs, associations)
def test_a_score_is_between_0_and_1_and_is_the_sum_of_its_parts(
    need: NeedSide, association: AssociationSide
) -> None:
    assessment = score(need, association, RELATED)
    assert all(0.0 <= part <= 1.0 for part in assessment.parts.values())
    assert 0.0 <= assessment.total <= 1.0
    assert assessment.total == total_of(assessment.parts, has_theme=assessment.has_theme)
    assert set(assessment.parts) == set(WEIGHTS)


@given(needs, associations, st.sampled_from(CAUSES))
def test_one_more_shared_cause_never_lowers_the_score(
    need: NeedSide, association: AssociationSide, cause: str
) -> None:
    need = replace(need, causes=need.causes | {cause})
    more = replace(association, causes=association.causes | {cause})
    assert score(need, more, RELATED).total >= score(need, association, RELATED).total


@given(needs, associations, associations)
def test_a_pair_with_a_theme_ranks_above_any_pair_without(
    need: NeedSide, first: AssociationSide, second: AssociationSide
) -> None:
    one, other = score(need, first, RELATED), score(need, second, RELATED)
    if one.has_theme and not other.has_theme:
        assert one.total > other.total


@given(needs, associations)
def test_a_stop_is_named_and_explained(need: NeedSide, association: AssociationSide) -> None:
    stop = stopped_by(need, association, TODAY)
    assert stop is None or stop in STOPS


@given(needs, associations)
def test_an_unknown_place_passes_national_needs_only(need: NeedSide, association: AssociationSide) -> None:
    nowhere = replace(association, reach=frozenset(), places=frozenset())
    if stopped_by(need, nowhere, TODAY) is None:
        assert need.is_national


OPEN = AssociationSide(id="a", reach=frozenset({"59", "R32", "FR"}), places=frozenset({"59"}))
NEED = NeedSide(id="n", company="c", kind="financial", territories=frozenset({"59"}))


@pytest.mark.parametrize(
    ("need", "association", "stop"),
    [
        (NEED, OPEN, None),
        (replace(NEED, deadline=TODAY), OPEN, None),
        (replace(NEED, deadline=TODAY - timedelta(days=1)), OPEN, "deadline"),
        (NEED, replace(OPEN, stance="expert_only"), "stance"),
        (NEED, replace(OPEN, stance="paused", paused_until=TODAY), "stance"),
        (NEED, replace(OPEN, stance="paused", paused_until=TODAY - timedelta(days=1)), None),
        (NEED, replace(OPEN, refused_kinds=frozenset({"financial"})), "refused_kind"),
        (NEED, replace(OPEN, asks=(AskSide("skills"),)), "kind"),
        (NEED, replace(OPEN, asks=(AskSide("skills"), AskSide("financial"))), None),
        (NEED, replace(OPEN, general_interest="no"), "general_interest"),
        (replace(NEED, kind="volunteering"), replace(OPEN, general_interest="no"), None),
        (replace(NEED, excluded_causes=frozenset({"sport"})), replace(OPEN, causes=frozenset({"sport"})),
         "excluded_cause"),
        (
            replace(NEED, sector="energie"),
            replace(OPEN, refused_sectors=frozenset({"energie"})),
            "refused_sector",
        ),
        (NEED, replace(OPEN, reach=frozenset(), places=frozenset()), "territory_unknown"),
        (replace(NEED, territories=frozenset()), replace(OPEN, reach=frozenset(), places=frozenset()), None),
        (replace(NEED, territories=frozenset({"75"})), OPEN, "territory"),
        (replace(NEED, territories=frozenset({"R32"})), OPEN, None),
        (replace(NEED, territories=frozenset({"INT"})), OPEN, "territory"),
        (replace(NEED, territories=frozenset({"INT"})),
         replace(OPEN, causes=frozenset({"solidarite-internationale"})), None),
    ],
)  # fmt: skip
def test_filters_name_what_stops_a_pair(
    need: NeedSide, association: AssociationSide, stop: str | None
) -> None:
    assert stopped_by(need, association, TODAY) == stop


def test_an_amount_inside_the_range_is_better_than_one_outside() -> None:
    need = replace(NEED, budget_min=Decimal(1000), budget_max=Decimal(5000))
    fits = {
        amount: score(need, replace(OPEN, asks=(AskSide("financial", Decimal(amount)),)), {}).parts["amount"]
        for amount in (500, 1000, 5000, 50_000)
    }
    assert fits[1000] == fits[5000] == 1.0
    assert fits[50_000] < fits[500] < 1.0
    assert score(need, OPEN, {}).parts["amount"] == 0.5


# The thesaurus and the words


STEMS = {
    word: word[:6]
    for theme in all_themes().values()
    for expression in theme.expressions
    for word in expression
} | {"nous": "nous"}


def test_every_line_of_the_thesaurus_is_well_formed() -> None:
    for theme in all_themes().values():
        assert theme.facet in FACETS, theme.slug
        assert theme.expressions, theme.slug
        assert all(theme.expressions), f"{theme.slug}: an expression is empty"
        assert implied_by(theme.slug) <= set(all_themes()), theme.slug


@pytest.mark.django_db
def test_the_thesaurus_confirms_causes_that_exist() -> None:
    from mecenova.reference.models import Cause

    known = set(Cause.objects.values_list("slug", flat=True))
    assert {cause for theme in all_themes().values() for cause in theme.causes} <= known


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "🎉🎉🎉",
        "a" * 100_000,
        "lorem ipsum dolor " * 6000,
        "Only in English, sorry.",
        "1234 5678",
    ],
)
def test_hostile_texts_are_read_without_harm(text: str) -> None:
    lexicon = Lexicon(STEMS)
    side = lexicon.association_text(lexicon.read(text, text))
    need = lexicon.need_text(text, text)
    assert 0 < side.density <= 1
    assert 0 <= score(replace(NEED, text=need), replace(OPEN, text=side), {}).total <= 1


def test_a_very_long_text_weighs_less_than_a_short_one_that_says_the_same() -> None:
    lexicon = Lexicon(
        {
            **STEMS,
            **{f"mot{letter}{other}": f"mot{letter}{other}" for letter in "abcdefgh" for other in "abcdefgh"},
        }
    )
    filler = " ".join(word for word in lexicon.stems if word.startswith("mot"))
    short, long = lexicon.read("Club de rugby", ""), lexicon.read("Club de rugby", filler)
    assert lexicon.association_text(long).density < lexicon.association_text(short).density
