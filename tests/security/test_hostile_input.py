"""Whatever an address or a form carries, the site answers; it never breaks."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.forms import BaseForm
from django.urls import get_resolver, reverse
from django_filters.filterset import BaseFilterSet

from tests.architecture.house import python_files
from tests.architecture.test_public_views import PUBLIC
from tests.security.test_walks import ACTS, ALLOWED, OWN_PAGES
from tests.security.world import Address, World

# What the admin's lists read, which refuse any other name, and where to go after logging in.
OF_THE_ADMIN = ("q", "p", "o", "e", "all", "_popup")
OF_ALLAUTH = ("next",)
HOSTILE = {
    "nul": "%00",
    "huge": "9" * 40,
    "not_text": "%ED%A0%80%FF%F0%9F%92%A9%E2%80%AE%27%22%3E%3Cscript%3E--%7B%7B1%7D%7D%25s",
    "repeated": "1&NAME=-1&NAME=x",
}
# Well-formed enough to pass a form, and to reach what it calls.
NEARLY_RIGHT = {
    "talked": "yes",
    "choice": "pause",
    "answer": "goes_on",
    "note": "\u202e=1+1",
    "text": "\u202e=1+1",
    "question": "\u202e=1+1",
    **dict.fromkeys(["signed_on", "ends_on", "pause_until", "first_day", "last_day", "day"], "9999-12-31"),
    **dict.fromkeys(["starts", "ends"], "23:59:59"),
    **dict.fromkeys(["days", "minutes", "jours", "retry_after_days"], "99999999999999999999"),
}
FORMS = [lambda: dict.fromkeys(names_read(), "a\x00b"), lambda: NEARLY_RIGHT]
PATHS = [
    "/lien/%00/",
    "/lien/a:b:c/",
    "/lien/partnerships.answer:%F0%9F%92%A9/",
    "/invitations/%00/",
    "/invitations/e30:1:x/",
    "/associations/00000000-0000-0000-0000-000000000000/",
    "/associations/pas-une-cle/",
    "/infotheque/fichiers/00000000-0000-0000-0000-000000000000/",
    "/compte/password/reset/key/%00-%00/",
    "/compte/password/reset/key/zzzzzzzzzzzzz-set-password/",
    "/%00/",
    "//exemple.fr/",
    "/" + "a" * 3000,
]


@cache
def names_read() -> tuple[str, ...]:
    """Every name that the site reads, as its sources, its forms and its filters say it."""
    assert get_resolver().url_patterns, "the forms are those that views import"
    of_sources = {
        name
        for path in python_files()
        for name in re.findall(r"\.(?:get|getlist)\(\s*[\"']([a-z_]\w*)[\"']", path.read_text())
    }
    of_forms = {name for form in house_of(BaseForm) for name in getattr(form, "base_fields", ())}
    of_filters = {name for each in house_of(BaseFilterSet) for name in each.base_filters}
    return tuple(sorted(of_sources | of_forms | of_filters | {*OF_THE_ADMIN, *OF_ALLAUTH}))


def house_of(base: type) -> Iterator[type]:
    """Our own classes made from this one, and those of allauth that our pages show."""
    for made in base.__subclasses__():
        if not made.__module__.startswith(("django.", "tests.")):
            yield made
        yield from house_of(made)


def test_the_names_are_those_of_the_sources():
    """One of each sort: read by a view, by a form, by a filter, by allauth's own."""
    known = {"retards", "etat", "besoin", "annee", "moment", "sure", "oldpassword", "login"}
    assert known <= set(names_read())


def status_of(request: Callable[..., Any], *arguments: Any) -> int:
    """With the database put back as it was, even when the page broke."""
    with transaction.atomic():
        status: int = request(*arguments).status_code
        transaction.set_rollback(True)
    return status


def opened_by(world: World, role: str) -> list[Address]:
    """What this person looks at in earnest: the public pages, their own, or all that is not public."""
    wanted = {
        "visitor": lambda name: name in PUBLIC,
        "insider": lambda name: "insider" in ALLOWED.get(name, ()) or name in OWN_PAGES,
        "superuser": lambda name: name not in PUBLIC,
    }[role]
    return [found for found in world.addresses() if wanted(found.name) and found.name not in ACTS]


@pytest.mark.parametrize("role", ["visitor", "insider", "superuser"])
def test_no_query_string_breaks_a_page(world: World, role: str):
    client = world.client(role)
    broken, read = [], dict.fromkeys(HOSTILE, 0)
    opened = opened_by(world, role)
    for sort, value in HOSTILE.items():
        # The character that no database holds is refused at the door, the same everywhere: one is enough.
        for found in opened if sort != "nul" else opened[:1]:
            names = OF_THE_ADMIN if found.name.startswith("admin:") else names_read()
            query = "&".join(f"{name}={value.replace('NAME', name)}" for name in names)
            status = status_of(client.get, f"{found.path.partition('?')[0]}?{query}")
            read[sort] += status == 200
            if status >= 500:
                broken.append((found.name, value, status))
    assert broken == []
    # Where the page does not exist for this person, nothing of the query is read.
    few = 0.6 * len(opened)
    assert {sort for sort, number in read.items() if number < few} == {"nul"}, (read, len(opened))


def test_no_filter_of_the_admin_breaks_its_lists(world: World):
    """A list of the admin reads any field of its model, by any lookup, from its address."""
    client = world.client("superuser")
    broken = []
    for model, shown in admin.site._registry.items():
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        named = [each[0] if isinstance(each, tuple) else each for each in shown.list_filter]
        for name in filter(lambda each: isinstance(each, str), named):
            for lookup in ("", "__exact", "__isnull", "__in", "__gte", "__id__exact"):
                for value in HOSTILE.values():
                    query = f"{name}{lookup}={value.partition('&')[0]}"
                    if (status := status_of(client.get, f"{path}?{query}")) >= 500:
                        broken.append((path, query, status))
    assert broken == []


@pytest.mark.parametrize("form", FORMS, ids=["nul", "nearly right"])
@pytest.mark.parametrize("role", ["visitor", "insider", "staff"])
def test_no_form_breaks_a_page(world: World, role: str, form: Callable[[], dict[str, str]], settings):
    settings.ACCOUNT_RATE_LIMITS = False
    broken = []
    for found in world.addresses():
        if found.name.startswith("admin:"):
            continue
        # A form may sign out or change who is signed in: each begins anew.
        status = status_of(world.client(role).post, found.path, form())
        if status >= 500:
            broken.append((found.name, status))
    assert broken == []


@pytest.mark.django_db
def test_no_path_breaks_the_site(client):
    client.raise_request_exception = False
    assert [path for path in PATHS if status_of(client.get, path) >= 500] == []
