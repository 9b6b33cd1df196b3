"""The invented network, made through the site's own operations at past dates.

One transaction: loaded whole or not at all. Once it is there, loading again changes nothing.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from accounts.models import User
from accounts.operations import create_verified_user
from matching.operations import run_round
from mecenova.calendar import clock
from mecenova.demo.associations import Associations
from mecenova.demo.companies import Companies
from mecenova.demo.library import fill_library
from mecenova.demo.logins import STAFF
from mecenova.demo.stories import Stories
from mecenova.demo.team import Team
from mecenova.demo.texts import OPENING, Reference
from mecenova.demo.timeline import Timeline
from mecenova.locks import hold
from mecenova.pages.observatory import remembered as observatory

LOADING = "demo.loading"


@transaction.atomic
def load() -> bool:
    """Make the network unless it is there; tell whether it was made."""
    hold(LOADING)
    if User.objects.filter(email=STAFF.email).exists():
        return False
    with _without_savepoints(), _without_collector():
        _make()
    # Read while the demo was being made, the observatory holds what little could be counted then.
    transaction.on_commit(observatory.forget)
    return True


def _make() -> None:
    timeline = Timeline(clock.now())
    with clock.frozen(timeline.moment(OPENING + 60, "09:00")):
        lead, colleague = _make_team()
    reference = Reference()
    associations = Associations(timeline, reference, team=(lead, colleague))
    companies = Companies(timeline, reference, staff=lead)
    associations.plan()
    companies.plan()
    Stories(timeline, associations, companies).plan()
    team = Team(timeline, associations, lead=lead, colleague=colleague)
    team.plan()
    timeline.at_work(OPENING + 1, "11:00", lambda: fill_library(reference, by=lead))
    timeline.live()
    run_round()
    team.prepare()


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """Whole or not at all: no part of it can be undone alone, and seven thousand marks would cost seconds."""
    connection.features.uses_savepoints = False
    try:
        yield
    finally:
        connection.features.uses_savepoints = True


@contextmanager
def _without_collector() -> Iterator[None]:
    """Seconds of looking for garbage that a process of seconds has no use for."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _make_team() -> tuple[User, User]:
    """Two people; the first may also use the administration."""
    lead = create_verified_user(
        email=STAFF.email,
        password=STAFF.password,
        first_name="Nadia",
        last_name="Rouvray",
        is_staff=True,
        is_superuser=True,
    )
    colleague = create_verified_user(
        email="mathieu.delorge@demo.example",
        password=None,
        first_name="Mathieu",
        last_name="Delorge",
        is_staff=True,
    )
    return lead, colleague
