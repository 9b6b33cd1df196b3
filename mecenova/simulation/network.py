"""Who takes part in an invented year: drawn once from the seed, the same under any rules.

Each organisation draws from a chance of its own, so that one more company changes nothing for the others.
"""

import tomllib
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from mecenova.calendar import clock
from mecenova.calendar.working_days import is_working_day
from mecenova.reference.enums import Kind

# Members of the first site are brought over in weekly waves, so that people can be helped one by one.
WAVES = 10
FROM_FIRST_SITE = 0.55
DEPARTMENTS = {
    "75": "75011", "69": "69003", "13": "13002", "59": "59000", "33": "33000", "31": "31000",
    "44": "44000", "67": "67000", "34": "34000", "35": "35000", "93": "93200", "38": "38000",
    "76": "76000", "62": "62000", "57": "57000", "29": "29200", "63": "63000", "87": "87000",
}  # fmt: skip
KINDS = (Kind.FINANCIAL, Kind.SKILLS, Kind.IN_KIND, Kind.VOLUNTEERING)
KIND_WEIGHTS = (5, 3, 2, 2)


@dataclass(frozen=True, slots=True)
class Action:
    cause: str
    name: str
    text: str


ACTIONS = tuple(
    Action(**entry)
    for entry in tomllib.loads(Path(__file__).with_name("actions.toml").read_text(encoding="utf-8"))["action"]
)


@dataclass(frozen=True, slots=True)
class Span:
    """Days away, both included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Answering:
    """How somebody answers what is asked: after how many working days, or never."""

    days: float
    silent: float
    yes: float
    later: float


@dataclass(frozen=True, slots=True)
class AssociationPlan:
    number: int
    key: uuid.UUID
    name: str
    action: Action
    department: str
    kinds: tuple[str, ...]
    joins: datetime
    member: bool
    # Days after joining at which the profile is complete, and then the project published; None is never.
    completes: float | None
    publishes: float | None
    expert: bool
    pause: Span | None
    away: tuple[Span, ...]
    answering: Answering
    asks_a_month: float
    leaves: date | None


@dataclass(frozen=True, slots=True)
class NeedPlan:
    key: uuid.UUID
    number: int
    kind: str
    action: Action
    national: bool
    on: datetime
    deadline: date | None


@dataclass(frozen=True, slots=True)
class CompanyPlan:
    number: int
    name: str
    causes: tuple[str, ...]
    departments: tuple[str, ...]
    kinds: tuple[str, ...]
    capacity: int
    joins: datetime
    member: bool
    policy: float | None
    needs: tuple[NeedPlan, ...]
    away: tuple[Span, ...]
    answering: Answering
    leaves: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    start: date
    days: int
    associations: tuple[AssociationPlan, ...]
    companies: tuple[CompanyPlan, ...]

    @property
    def end(self) -> date:
        return self.start + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class World:
    """When and where they live. A small network is as dense as a large one: fewer places, fewer actions."""

    seed: int
    start: date
    days: int
    actions: tuple[Action, ...]
    departments: tuple[str, ...]


def draw(*, associations: int, companies: int, days: int, seed: int, start: date) -> Plan:
    dense = max(1, associations // 25)
    world = World(
        seed, start, days, ACTIONS[:: max(1, len(ACTIONS) // dense)], tuple(DEPARTMENTS)[: dense + 1]
    )
    return Plan(
        seed,
        start,
        days,
        tuple(_association(number, world) for number in range(associations)),
        tuple(_company(number, world) for number in range(companies)),
    )


def chance_of(seed: int, *words: object) -> Random:
    """A chance of one's own: the same for the same words, whatever else is drawn."""
    return Random(f"{seed}:{':'.join(map(str, words))}")  # noqa: S311 (an invented year hides nothing)


def _association(number: int, world: World) -> AssociationPlan:
    start, days = world.start, world.days
    chance = chance_of(world.seed, "association", number)
    member = chance.random() < FROM_FIRST_SITE
    joins = _arrival(chance, start, days, member)
    action = chance.choice(world.actions)
    kinds = _some_kinds(chance, 2)
    completes = _delay(chance, at_once=0.45, never=0.14, median=7)
    expert = chance.random() < 0.03
    return AssociationPlan(
        number=number,
        key=uuid.UUID(int=chance.getrandbits(128), version=4),
        name=f"{action.name} {number + 1:04d}",
        action=action,
        department=chance.choice(world.departments),
        kinds=kinds,
        joins=joins,
        member=member,
        completes=completes,
        publishes=None if expert else _delay(chance, at_once=0.35, never=0.12, median=12),
        expert=expert,
        pause=_pause(chance, start, days) if chance.random() < 0.04 else None,
        away=_holidays(chance, start, days),
        answering=Answering(
            days=chance.choice((1, 2, 3, 5, 8)), silent=chance.choice((0.02, 0.05, 0.2)), yes=0.72, later=0.12
        ),
        asks_a_month=chance.choice((0, 0, 0.1, 0.2, 0.5, 1.0)),
        leaves=_departure(chance, joins, start, days, 0.04),
    )


def _company(number: int, world: World) -> CompanyPlan:
    start, days = world.start, world.days
    chance = chance_of(world.seed, "company", number)
    member = chance.random() < 0.75
    joins = _at_work(_arrival(chance, start, days, member, waves=3))
    actions = chance.sample(world.actions, k=min(len(world.actions), chance.choice((1, 2, 2, 3))))
    kinds = _some_kinds(chance, 3)
    national = chance.random() < 0.35
    several = min(len(world.departments), chance.choice((1, 2, 3)))
    departments = () if national else tuple(chance.sample(world.departments, k=several))
    policy = _delay(chance, at_once=0.6, never=0.05, median=6)
    needs = tuple(
        _need(chance, rank, actions, kinds, joins, policy, start, days)
        for rank in range(chance.choice((0, 1, 2, 2, 3, 4)))
    )
    mood = chance.random()
    return CompanyPlan(
        number=number,
        name=f"Entreprise {number + 1:03d}",
        causes=tuple(dict.fromkeys(action.cause for action in actions)),
        departments=departments,
        kinds=kinds,
        capacity=chance.choice((1, 2, 3, 3, 3, 4, 5, 6, 8, 12)),
        joins=joins,
        member=member,
        policy=policy,
        needs=tuple(sorted(needs, key=lambda need: need.on)),
        away=_holidays(chance, start, days),
        answering=Answering(
            days=1.5 if mood < 0.35 else 5 if mood < 0.75 else 11,
            silent=0.05 if mood < 0.35 else 0.25 if mood < 0.75 else 0.85,
            yes=chance.choice((0.2, 0.35, 0.5)),
            later=0.12,
        ),
        leaves=_departure(chance, joins, start, days, 0.03),
    )


def _need(
    chance: Random,
    rank: int,
    actions: list[Action],
    kinds: tuple[str, ...],
    joins: datetime,
    policy: float | None,
    start: date,
    days: int,
) -> NeedPlan:
    """The first soon after joining; the others through the year, half of them until a date."""
    ready = joins + timedelta(days=(policy or 0) + chance.uniform(1, 20))
    left = max(1.0, (start + timedelta(days=days) - ready.date()).days)
    on = _at_work(ready if rank == 0 else ready + timedelta(days=chance.uniform(0, left)))
    open_for = chance.choice((None, None, 60, 90, 180))
    return NeedPlan(
        key=uuid.UUID(int=chance.getrandbits(128), version=4),
        number=rank,
        kind=chance.choice(kinds),
        action=chance.choice(actions),
        national=chance.random() < 0.4,
        on=on,
        deadline=None if open_for is None else on.date() + timedelta(days=open_for),
    )


def _arrival(chance: Random, start: date, days: int, member: bool, *, waves: int = WAVES) -> datetime:
    """Members of the first site come in weekly waves, a fifth of each on five days in a row, as the team can
    look at them; the others on any day, at any waking hour, as clocks show it."""
    hour = chance.uniform(8, 21)
    if member:
        first = min(waves, max(1, days // 14))
        day = start + timedelta(days=7 * chance.randrange(first) + chance.randrange(5))
        hour = 10
    else:
        day = start + timedelta(days=chance.randrange(max(1, days - 5)))
    return clock.paris(clock.midnight(day)) + timedelta(hours=hour)


def _at_work(moment: datetime) -> datetime:
    """The same hour, within those of an office, on the next day that is worked."""
    moment = moment.replace(hour=min(max(moment.hour, 9), 17))
    while not is_working_day(moment.date()):
        moment += timedelta(days=1)
    return moment


def _delay(chance: Random, *, at_once: float, never: float, median: float) -> float | None:
    drawn = chance.random()
    if drawn < at_once:
        return 0.0
    return None if drawn > 1 - never else median * chance.lognormvariate(0, 0.9)


def _some_kinds(chance: Random, most: int) -> tuple[str, ...]:
    drawn = chance.choices(KINDS, KIND_WEIGHTS, k=chance.randint(1, most))
    return tuple(str(kind.value) for kind in dict.fromkeys(drawn))


def _holidays(chance: Random, start: date, days: int) -> tuple[Span, ...]:
    """Two weeks or so at some time, for three in four; August is already everybody's."""
    if chance.random() > 0.75:
        return ()
    first = start + timedelta(days=chance.randrange(max(1, days)))
    return (Span(first, first + timedelta(days=chance.choice((4, 9, 13, 20)))),)


def _pause(chance: Random, start: date, days: int) -> Span:
    first = start + timedelta(days=chance.randrange(max(1, days)))
    return Span(first, first + timedelta(days=chance.choice((30, 60, 90))))


def _departure(chance: Random, joins: datetime, start: date, days: int, share: float) -> date | None:
    if chance.random() > share:
        return None
    left = (start + timedelta(days=days) - joins.date()).days
    return joins.date() + timedelta(days=chance.randrange(30, max(31, left))) if left > 30 else None
