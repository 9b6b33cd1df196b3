"""Whatever an address or a form carries, the site answers; it never breaks."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import reverse

from tests.architecture.test_public_views import PUBLIC
from tests.security.world import Address, World

# Every name that a page of the site or of the admin reads in its query.
READ = """
q page cause territoire public forme delai tri secteur type organisme entreprise association besoin
next departement inscrites o p all erreur _popup _to_field
mesure vue jours jour pour adresses modele organisme forme
"""
HOSTILE = {
    "nul": "%00",
    "huge": "9" * 40,
    "not_text": "%ED%A0%80%FF%F0%9F%92%A9%E2%80%AE%27%22%3E%3Cscript%3E--%7B%7B1%7D%7D%25s",
    "repeated": "1&page=-1&page=x&q=a&q=%00&cause=sport",
}
# Every name that a form of the site sends, with what no browser would put there.
FIELDS = """
note message answer reason later_on decision name postal_code town website phone title description
causes audiences territories skills kinds sector giver siren rna registry number purpose stance size
amount days goods volunteers question budget_min deadline email role first_name last_name sure id
association_id project_id ask_id login password password1 code action primary oldpassword
talked text signed_on ends_on choice pause_until question slot day starts ends minutes adviser days
first_day last_day jours kind as_checked numbers_confirmed advice rewrite section retry_after_days document
summary body link publisher publisher_home year language licence valid_from valid_until confidence
review_on owner stages readers verb on act collection introduction position review_months decision
"""
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
FORMS = [dict.fromkeys(FIELDS.split(), "a\x00b"), NEARLY_RIGHT]
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


def status_of(request: Callable[..., Any], *arguments: Any) -> int:
    """With the database put back as it was, even when the page broke."""
    with transaction.atomic():
        status: int = request(*arguments).status_code
        transaction.set_rollback(True)
    return status


def opened_by(world: World, role: str) -> list[Address]:
    """What this person looks at in earnest: the public pages, the site inside, or the admin."""
    wanted = {
        "visitor": lambda name: name in PUBLIC,
        "insider": lambda name: name not in PUBLIC and not name.startswith("admin:"),
        "superuser": lambda name: name.startswith(("admin:", "pages:control", "pages:basket")),
    }[role]
    return [found for found in world.addresses() if wanted(found.name)]


@pytest.mark.parametrize("role", ["visitor", "insider", "superuser"])
def test_no_query_string_breaks_a_page(world: World, role: str):
    client = world.client(role)
    broken = []
    for value in HOSTILE.values():
        query = "&".join(f"{name}={value}" for name in READ.split())
        for found in opened_by(world, role):
            status = status_of(client.get, f"{found.path.partition('?')[0]}?{query}")
            if status >= 500:
                broken.append((found.name, value, status))
    assert broken == []


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
def test_no_form_breaks_a_page(world: World, role: str, form: dict[str, str], settings):
    settings.ACCOUNT_RATE_LIMITS = False
    broken = []
    for found in world.addresses():
        if found.name.startswith("admin:"):
            continue
        # A form may sign out or change who is signed in: each begins anew.
        status = status_of(world.client(role).post, found.path, form)
        if status >= 500:
            broken.append((found.name, status))
    assert broken == []


@pytest.mark.django_db
def test_no_path_breaks_the_site(client):
    client.raise_request_exception = False
    assert [path for path in PATHS if status_of(client.get, path) >= 500] == []
