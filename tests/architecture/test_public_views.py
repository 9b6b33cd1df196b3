"""A page is closed unless its name is here: opening one is a decision that somebody reads."""

import re

import pytest
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from tests.architecture.house import python_files, relative

PUBLIC = {
    "pages:home",
    "pages:understand",
    # Figures that concern five or more, and the same as files.
    "pages:observatory",
    "pages:observatory_file",
    # Who publishes the site, how to reach them, what they keep.
    "pages:contact",
    "pages:legal",
    "pages:privacy",
    "pages:accessibility",
    # What browsers and search engines ask of every site.
    "pages:robots",
    "pages:sitemap_index",
    "pages:sitemap",
    "pages:favicon",
    # What a monitor asks, to wake whoever keeps the server: names of services, and nobody's.
    "pages:service",
    "accounts:sign_up",
    # Sends allauth's own sign-up page to ours.
    "accounts:single_way",
    "accounts:code",
    # The signed link is the key.
    "accounts:invitation",
    "associations:list",
    "associations:detail",
    "associations:project_detail",
    "companies:list",
    "companies:detail",
    "companies:need_list",
    "companies:need_detail",
    "infotheque:list",
    # The same search as a feed; and that it found nothing, said once by the page.
    "infotheque:feed",
    "infotheque:gap",
    "infotheque:document",
    "infotheque:file",
    "infotheque:path_list",
    "infotheque:path",
    "infotheque:step",
    "infotheque:picture",
    "infotheque:collection",
    "infotheque:front_page",
    # Anybody suggests a document, says whether one was useful, and is counted without being known.
    "infotheque:tip_create",
    "infotheque:opened",
    "infotheque:useful",
    # The signed link is the key: it names one person and one act.
    "mail:one_click",
    "mail:unsubscribe",
    # A provider's program posts its news there, with a secret of ours.
    "mail:provider_news",
    # Only where mecenova.demo is installed.
    "demo:mailbox",
    # allauth: entering, leaving, finding a lost password.
    "account_login",
    "account_signup",
    "account_logout",
    "account_inactive",
    "account_email_verification_sent",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    # After the password, before being logged in.
    "mfa_authenticate",
    "admin:login",
}


def all_views(resolver: URLResolver, namespace: str = ""):
    for each in resolver.url_patterns:
        if isinstance(each, URLPattern):
            yield f"{namespace}{each.name}", each.callback
        else:
            yield from all_views(each, f"{namespace}{each.namespace}:" if each.namespace else namespace)


def open_views() -> set[str]:
    views = all_views(get_resolver())
    return {name for name, view in views if not getattr(view, "login_required", True)}


def test_only_listed_views_are_public():
    assert open_views() - PUBLIC == set()


def test_every_listed_view_is_public():
    assert PUBLIC - open_views() == set()


@pytest.mark.django_db
def test_a_closed_page_asks_to_log_in(client):
    answer = client.get(reverse("pages:dashboard"))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_the_demo_page_is_not_part_of_the_site():
    from mecenova.settings import base

    assert "mecenova.demo" not in base.INSTALLED_APPS
    with pytest.raises(NoReverseMatch):
        reverse("demo:mailbox", urlconf="mecenova.mail.urls")


def test_whoever_reads_a_page_may_ask_for_its_headers_alone():
    """As browsers, search engines and checkers of links do: `require_GET` answers HEAD with an error."""
    taken = re.compile(r"require_http_methods\(\[(.*?)\]\)")
    refusing = [
        relative(path)
        for path in python_files()
        if "require_GET" in (text := path.read_text())
        or any('"GET"' in methods and '"HEAD"' not in methods for methods in taken.findall(text))
    ]
    assert refusing == []
