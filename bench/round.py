"""A full round: how long, in how much memory, how many times faster than asking the database pair by pair.

`REAL_DATA=DIR` imports associations*.csv, companies.csv and needs.csv of that folder; without it the network
is invented, and the bench says so. Bounds of the issue: 10 s and 500 MB for 8,366 associations and 28 needs.
"""

import os
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.db import reset_queries

from accounts.models import Organisation
from associations.models import Association
from bench._real import import_folder
from companies.models import Company, Need, Policy
from matching.models import Suggestion
from matching.operations import note_change, run_round
from matching.ranking import rankings_of_needs
from matching.scoring.themes import all_themes
from mecenova.calendar import clock
from mecenova.identifiers.names import fold
from mecenova.reference.models import Cause, Territory

ASSOCIATIONS, COMPANIES, NEEDS = 8_366, 56, 28
SECONDS, MEGABYTES = 10, 500
NAIVE_PAIRS = 400

T = TypeVar("T")


def run() -> None:
    folder = os.environ.get("REAL_DATA")
    if folder:
        import_folder(Path(folder))
    else:
        print("round: invented network (give REAL_DATA=DIR for real files)")
        _invent(random.Random(2026))
    associations, needs = Association.objects.count(), Need.objects.current().count()
    naive = _naive_seconds_per_pair() * associations * needs
    ranking, (rankings, _, _) = _timed(lambda: rankings_of_needs(10))
    seconds, first = _timed(run_round)
    again, second = _timed(run_round)
    note_change(kind="association", subject_id=Association.objects.values_list("pk", flat=True)[0])
    small, _ = _timed(lambda: run_round(scope="changed"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )
    pairs = sum(found.compatible for found in rankings)
    every = associations * needs
    print(f"round: {associations} associations, {needs} needs, {pairs} compatible pairs of {every}")
    print(f"round: ranking {ranking:.1f} s, full round {seconds:.1f} s, again {again:.1f} s")
    print(f"round: a small round for one changed association {small:.1f} s")
    print(f"round: {associations / seconds:.0f} associations/s, {every / seconds:.0f} pairs/s")
    print(f"round: {naive / seconds:.0f} times faster than pair by pair ({naive:.0f} s, from a sample)")
    print(f"round: {Suggestion.objects.count()} presented, {peak:.0f} MB")
    if first is None or second is None or second.presented:
        raise SystemExit("round: a second round the same day presented something")
    if associations <= ASSOCIATIONS and (seconds > SECONDS or peak > MEGABYTES):
        raise SystemExit(f"round: over {SECONDS} s or {MEGABYTES} MB")


def _timed(call: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    found = call()
    return time.perf_counter() - started, found


def _naive_seconds_per_pair() -> float:
    """What a first draft would do: for each pair, ask for both sides' causes and places, compare words."""
    needs, associations = (
        list(Need.objects.current()[:4]),
        list(Association.objects.all()[: NAIVE_PAIRS // 4]),
    )

    def compare() -> float:
        found = 0.0
        for need in needs:
            for association in associations:
                shared = set(need.causes.all()) & set(association.causes.all())
                places = {place.code for place in need.territories.all()}
                here = association.organisation.department
                words = set(fold(f"{need.title} {need.description}").split())
                said = set(fold(f"{association.organisation.name} {association.purpose}").split())
                found += len(shared) + bool(here and here.code in places) + len(words & said)
        return found

    seconds, _ = _timed(compare)
    reset_queries()
    return seconds / max(1, len(needs) * len(associations))


def _invent(chance: random.Random) -> None:
    """Half of them nowhere, most of them saying only « Fonctionnement », as in the real files."""
    themes = [theme for theme in all_themes().values() if theme.facet == "action" and theme.causes]
    causes = {cause.slug: cause for cause in Cause.objects.all()}
    departments = list(Territory.objects.departments())
    now = clock.now()

    def organisation(kind: str, number: int, name: str) -> Organisation:
        return Organisation(
            kind=kind,
            name=name,
            name_key=f"{fold(name)} {number}",
            department=chance.choice(departments) if chance.random() < 0.4 else None,
            status="checked",
            checked_at=now,
        )

    def said(theme_words: tuple[tuple[str, ...], ...]) -> str:
        return " ".join(chance.choice(theme_words))

    associations, links = [], []
    for number in range(ASSOCIATIONS):
        theme = chance.choice(themes)
        told = " et ".join(said(chance.choice(themes).expressions) for _ in range(3))
        associations.append(
            Association(
                organisation=organisation("association", number, f"Les amis {said(theme.expressions)}"),
                purpose=told if chance.random() < 0.3 else "Fonctionnement",
            )
        )
        links.append((associations[-1].pk, causes[sorted(theme.causes)[0]].pk))
    Organisation.objects.bulk_create([found.organisation for found in associations], 1000)
    Association.objects.bulk_create(associations, 1000)
    through = Association.causes.through
    through.objects.bulk_create([through(association_id=one, cause_id=other) for one, other in links], 1000)
    france = Territory.objects.get(code="FR")
    for number in range(COMPANIES):
        firm = organisation("company", number, f"Entreprise {number}")
        firm.save()
        company = Company.objects.create(organisation=firm)
        policy = Policy.objects.create(company=company, monthly_capacity=chance.randint(3, 12))
        policy.territories.set([france])
        if number < NEEDS:
            theme = chance.choice(themes)
            need = Need.objects.create(
                company=company,
                kind="financial",
                title=f"{said(theme.expressions)} {said(theme.expressions)}"[:150],
                description=said(chance.choice(themes).expressions),
                budget_max=10_000,
                status="published",
                published_at=now,
            )
            need.causes.set([causes[slug] for slug in theme.causes])
            need.territories.set([france] if chance.random() < 0.6 else chance.sample(departments, 4))
