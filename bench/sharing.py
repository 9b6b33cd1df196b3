"""Sharing attention out over two years: who is presented in 90 days, at what cost, beside the bound.

The allocation itself, day by day, without the database: 1,000 associations, 131 companies that each look at
three a month. Causes and territories are drawn as `sharing.json` counts them on real profiles, scores as the
pairs of those had them; half of a score is the association's own, so that some please everybody. All arrive
on the same day: the first year begins from nothing, the second is the usual state.

`REAL_DATA=DIR` draws the associations and the companies among those of that folder instead, and takes their
pairs as a round ranks them: causes, territories, filters and scores are what the files say. The bounds of the
issue are held on the counted draw; here the figures are told, beside the bound that these files allow.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array

from associations.models import Association
from bench._real import import_folder
from matching.allocation import hopeful
from matching.kernel import UUID
from matching.profiles import repair, reweigh
from matching.ranking import rank_as_they_stand
from matching.sharing import (
    PROMISED_DAYS,
    Offers,
    cannot_wait,
    choose,
    choose_today,
    gini,
    open_places,
    servable,
)

ASSOCIATIONS, COMPANIES, CAPACITY = 1_000, 131, 3
# With two a month instead, places lack for most.
SCARCE = 2
LARGE = (10_000, 1_000, 300)
# A company is not asked about the same association again for this long after a silence (matching.ledger).
NOT_AGAIN = 180
CAUSES_OF_A_NEED = 2
# How far two scores of the same association resemble each other.
LIKENESS = 0.45
START, YEAR = date(2026, 1, 1), 365
TO_SPARE = 1.1
BOUNDS = {"score": 0.95, "gini": 0.25, "seconds": 1.0}

Array = NDArray[Any]
# Of offers: places open, left in the month, days waited, and who cannot wait for the next opening.
Choice = Callable[[Offers, Array, Array, Array, Array], Array]


@dataclass(frozen=True, slots=True)
class Lived:
    """A year under one rule: presentations by association and the longest wait of each; pairs shown."""

    counts: Array
    longest: Array
    shown: Array
    seconds: float


def run() -> None:
    chance = np.random.default_rng(2026)
    folder = os.environ.get("REAL_DATA")
    offers = _real(chance, Path(folder)) if folder else _draw(chance)
    compatible = np.isin(np.arange(ASSOCIATIONS), offers.association)
    print(
        f"sharing: {ASSOCIATIONS} associations, {compatible.sum()} of them with a compatible company, "
        f"{COMPANIES} companies, {len(offers)} compatible pairs"
    )
    enough = _bound(offers, CAPACITY)
    rules: dict[str, Choice] = {
        "this allocation": _this,
        "greedy, as before": _greedy,
        "best scores, waits ignored": _best_scores,
    }
    lived = {name: _live(offers, rule, CAPACITY) for name, rule in rules.items()}
    for name, years in lived.items():
        for number, year in enumerate(years, start=1):
            _tell(f"{name}, year {number}", year, offers, compatible, enough)
    scarce = _bound(offers, SCARCE)
    _tell("when places lack, year 2", _live(offers, _this, SCARCE)[1], offers, compatible, scarce)
    _check(
        offers,
        lived["this allocation"][1],
        lived["best scores, waits ignored"][1],
        enough,
        is_held=not folder,
    )
    _large(chance)


def _bound(offers: Offers, capacity: int) -> Array:
    """For whom there are places with a tenth to spare, by association; tells the bound."""
    places = np.full(COMPANIES, capacity * 12 * PROMISED_DAYS / YEAR)
    bound = servable(offers.company, offers.association, places, ASSOCIATIONS)
    tight = servable(offers.company, offers.association, places, ASSOCIATIONS, turns=TO_SPARE)
    enough = np.isin(np.arange(ASSOCIATIONS), offers.association) & ~tight.short
    print(
        f"sharing: the bound, {capacity} places a month: {PROMISED_DAYS} days allow {bound.served:.0f} of "
        f"{bound.compatible}, are short for {bound.short.sum()}, leave a tenth to spare for {enough.sum()}"
    )
    return enough


def _this(offers: Offers, places: Array, left: Array, waiting: Array, early: Array) -> Array:
    return choose_today(offers, places, left, waiting, early, np.zeros(ASSOCIATIONS, bool))


def _best_scores(offers: Offers, places: Array, left: Array, waiting: Array, early: Array) -> Array:
    return choose(offers, places, np.zeros(ASSOCIATIONS), np.zeros(ASSOCIATIONS, bool))


def _greedy(offers: Offers, places: Array, left: Array, waiting: Array, early: Array) -> Array:
    """Best score to the hundredth first, then who has waited longest, with all the places of the month."""
    left, taken, found = left.copy(), np.zeros(ASSOCIATIONS, bool), []
    for pair in np.lexsort(
        (offers.association, -waiting[offers.association], -offers.score.round(2))
    ).tolist():
        company, association = offers.company[pair], offers.association[pair]
        if left[company] > 0 and not taken[association]:
            left[company] -= 1
            taken[association] = True
            found.append(pair)
    return np.array(found, np.int64)


def _live(offers: Offers, rule: Choice, capacity: int) -> list[Lived]:
    """Two years, day by day."""
    last_shown = np.full(len(offers), -NOT_AGAIN)
    each = np.full(COMPANIES, capacity)
    since, left = np.zeros(ASSOCIATIONS), each
    years = []
    for year in range(2):
        began = time.process_time()
        counts, longest = np.zeros(ASSOCIATIONS, int), np.zeros(ASSOCIATIONS)
        shown: list[Array] = []
        for day in range(year * YEAR, (year + 1) * YEAR):
            today = START + timedelta(days=day)
            left = each if today.day == 1 else left
            places = open_places(each, left, today)
            early = cannot_wait(day - since)
            fresh = np.flatnonzero((day - last_shown >= NOT_AGAIN) & (left[offers.company] > 0))
            found = fresh[rule(offers[fresh], places, left, day - since, early)]
            chosen = offers.association[found]
            longest[chosen] = np.maximum(longest[chosen], day - since[chosen])
            counts[chosen] += 1
            since[chosen], last_shown[found] = day, day
            left = left - np.bincount(offers.company[found], minlength=COMPANIES)
            shown.append(found)
        longest = np.maximum(longest, (year + 1) * YEAR - since)
        years.append(Lived(counts, longest, np.concatenate(shown), time.process_time() - began))
    return years


def _tell(name: str, year: Lived, offers: Offers, compatible: Array, enough: Array) -> None:
    """In brackets, those for whom there are places to spare."""
    in_time = year.longest <= PROMISED_DAYS

    def with_places(of: Callable[[Array], str]) -> str:
        return f"{of(compatible)} ({of(enough)})" if enough.any() else of(compatible)

    print(
        f"sharing: {name}: {len(year.shown)} presented, always within {PROMISED_DAYS} days "
        f"{with_places(lambda who: f'{in_time[who].mean():.0%}')}, "
        f"longest wait {with_places(lambda who: f'{year.longest[who].max():.0f}')}, "
        f"Gini {with_places(lambda who: f'{gini(year.counts[who]):.3f}')}, "
        f"mean score {offers.score[year.shown].mean():.3f}, {year.seconds:.1f} s of processor"
    )


def _check(offers: Offers, ours: Lived, free: Lived, enough: Array, *, is_held: bool) -> None:
    total = offers.score[ours.shown].sum()
    hindsight = _best_with_hindsight(offers, ours)
    best = offers.score[free.shown].sum()
    print(
        f"sharing: score: {total / hindsight:.1%} of the unconstrained best, that is of what the same places "
        "and the same number of turns give when the whole year is known and no date has to be kept"
    )
    print(
        f"sharing: score: {total / best:.1%} of what best scores alone give, leaving most waiting for ever; "
        f"with a turn for each as here, no method gives more than {hindsight / best:.1%} of that"
    )
    late = int((ours.longest[enough] > PROMISED_DAYS).sum())
    spread = gini(ours.counts) or 0.0
    if is_held and (late or spread >= BOUNDS["gini"] or total < BOUNDS["score"] * hindsight):
        raise SystemExit(f"sharing: {late} late with places to spare, Gini {spread:.3f}, or too low a score")


def _best_with_hindsight(offers: Offers, year: Lived) -> float:
    """The same number of turns to each association and of places of each company, pairs chosen all at once.

    A pair at most as often as a year allows. A transport problem: its linear programme has whole solutions.
    """
    pairs = np.arange(len(offers))
    ones, columns = np.ones(2 * len(offers)), np.concatenate([pairs, pairs])
    rows = np.concatenate([offers.association, ASSOCIATIONS + offers.company])
    turns = np.bincount(offers.company[year.shown], minlength=COMPANIES)
    solved = linprog(
        -offers.score,
        A_ub=csr_array((ones, (rows, columns)), shape=(ASSOCIATIONS + COMPANIES, len(offers))),
        b_ub=np.concatenate([year.counts, turns]),
        bounds=(0, YEAR // NOT_AGAIN),
        method="highs",
    )
    return float(-solved.fun)


def _large(chance: np.random.Generator) -> None:
    """One round at ten thousand by one thousand, with a bounded list for each need."""
    associations, companies, depth = LARGE
    company = np.repeat(np.arange(companies), depth)
    association = np.concatenate(
        [chance.choice(associations, depth, replace=False) for _ in range(companies)]
    )
    offers = Offers(company, company, association, chance.uniform(0.35, 0.95, len(company)))
    waiting, nobody = chance.integers(0, 120, associations), np.zeros(associations, bool)
    for places in (1, CAPACITY):
        began = time.process_time()
        found = choose(offers, np.full(companies, places), waiting, nobody)
        seconds = time.process_time() - began
        print(
            f"sharing: {associations} x {companies}, {len(offers)} pairs, {places} places each: "
            f"{len(found)} chosen in {seconds:.2f} s of processor, {_megabytes():.0f} MB"
        )
        if seconds > BOUNDS["seconds"]:
            raise SystemExit(f"sharing: over {BOUNDS['seconds']} s")


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )


def _draw(chance: np.random.Generator) -> Offers:
    """The compatible pairs: a territory that fits, and a cause declared or told in common."""
    counted = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    profiles, policies, scores = counted["profiles"], counted["policies"], counted["scores"]
    weights = np.array([number for *_, number in profiles], float)
    drawn = chance.choice(len(profiles), ASSOCIATIONS, p=weights / weights.sum())
    codes, numbers = list(counted["departments"]), np.array([*counted["departments"].values()], float)
    places = chance.choice(len(codes), ASSOCIATIONS, p=numbers / numbers.sum())
    own, normal = chance.normal(size=ASSOCIATIONS), NormalDist()
    rows: list[tuple[int, int, float]] = []
    for company, policy in enumerate(chance.integers(0, len(policies), COMPANIES).tolist()):
        causes, territories = policies[policy]
        wanted = set(chance.choice(causes, min(len(causes), CAUSES_OF_A_NEED), replace=False).tolist())
        for association, profile in enumerate(drawn.tolist()):
            shared = _shared(wanted, *map(set, profiles[profile][:2]))
            if shared and ("FR" in territories or codes[places[association]] in territories):
                pull = LIKENESS * own[association] + (1 - LIKENESS**2) ** 0.5 * chance.normal()
                rows.append(
                    (company, association, np.interp(normal.cdf(pull), scores["shares"], scores[shared]))
                )
    company, association, score = (np.array(column) for column in zip(*rows, strict=True))
    return Offers(company, company, association, score)


def _real(chance: np.random.Generator, folder: Path) -> Offers:
    """The pairs that a round may present, of associations drawn once and of companies drawn again and again:
    the files have fewer of them. A company's needs are one: its best for each association."""
    import_folder(folder)
    repair()
    reweigh()
    pairs = hopeful(rank_as_they_stand().pairs)
    keys = np.array(
        [key.bytes for key in Association.objects.values_list("pk", flat=True).order_by("pk")], UUID
    )
    drawn = np.sort(chance.choice(keys, ASSOCIATIONS, replace=False))
    firms = np.unique(pairs.company)
    print(
        f"sharing: real files: {len(keys)} associations, {len(firms)} companies with a need, "
        f"{len(pairs)} pairs that a round may present"
    )
    rows: list[tuple[int, int, float]] = []
    for company, firm in enumerate(chance.choice(firms, COMPANIES).tolist()):
        of_it = pairs[np.flatnonzero((pairs.company == firm) & np.isin(pairs.association, drawn))]
        best: dict[int, float] = {}
        places = np.searchsorted(drawn, of_it.association)
        for association, score in zip(places.tolist(), of_it.score.tolist(), strict=True):
            best[association] = max(score, best.get(association, 0.0))
        rows += [(company, association, score) for association, score in sorted(best.items())]
    company, association, score = (np.array(column) for column in zip(*rows, strict=True))
    return Offers(company, company, association, score)


def _shared(wanted: set[str], declared: set[str], told: set[str]) -> str:
    if wanted & declared & told:
        return "confirmed"
    return "spoken" if wanted & told else "declared" if wanted & declared else ""
