"""What search engines are told: what to read, what to leave, and the one address of a page."""

import re
from datetime import timedelta
from urllib.robotparser import RobotFileParser

import pytest
from django.db.models.signals import post_init
from django.urls import get_resolver, reverse

from accounts.enums import OrganisationStatus
from associations.models import Association, Project
from companies.models import Company, Need
from infotheque.models import Document
from mecenova.calendar import clock
from mecenova.pages.sitemaps import ENTRANCES, SITEMAPS
from tests.architecture.test_public_views import PUBLIC, all_views
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.infotheque.factories import DocumentFactory
from tests.security.world import World, build

pytestmark = pytest.mark.django_db
# The key to one person's door, and what is not of the site itself.
LEFT_OUT = (
    "accounts:invitation",
    "accounts:single_way",
    "accounts:code",
    "mail:",
    "account_",
    "mfa_",
    "admin:",
    "demo:",
)


@pytest.fixture
def world() -> World:
    return build()


def robots(client) -> RobotFileParser:
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())
    return rules


def test_engines_read_what_is_public_and_leave_the_rest(client, world):
    rules = robots(client)
    ours = [name for name, _ in all_views(get_resolver()) if not name.startswith(LEFT_OUT)]
    paths = {name: world.address(name).path.partition("?")[0] for name in ours}
    rooms = {paths[name].split("/")[1] for name in ours if name in PUBLIC}
    for name, path in paths.items():
        if name in PUBLIC:
            assert rules.can_fetch("*", path), name
        elif path.split("/")[1] not in rooms or path.startswith("/infotheque/equipe/"):
            assert not rules.can_fetch("*", path), name


def test_the_index_of_the_sitemaps_reads_no_row(client):
    """It tells when the last of each list changed, as the first of what it leads to does."""
    old, new = (AssociationFactory(organisation__status=OrganisationStatus.CHECKED) for _ in range(2))
    Association.objects.filter(pk=old.pk).update(changed_at=clock.now() - timedelta(days=3))
    read: list[object] = []
    post_init.connect(lambda sender, **given: read.append(sender), weak=False, dispatch_uid="sitemaps")
    try:
        told = client.get("/sitemap.xml").text
    finally:
        post_init.disconnect(dispatch_uid="sitemaps")
    assert {Association, Project, Company, Need, Document}.isdisjoint(read)
    new.refresh_from_db()
    lastly = told.partition("associations")[2].partition("</sitemap>")[0]
    assert clock.paris(new.changed_at).isoformat() in lastly


def test_no_way_of_filtering_a_list_is_another_page(client):
    assert "Disallow: /*?\n" in client.get("/robots.txt").text
    filtered = client.get(reverse("infotheque:list"), {"q": "don", "cause": "sport", "page": "1"}).text
    assert f'<link rel="canonical" href="http://testserver{reverse("infotheque:list")}">' in filtered


def test_the_map_leads_to_its_parts_and_they_to_what_everybody_may_read(client, query_count):
    need, project = NeedFactory(published=True), ProjectFactory(published=True)
    document = DocumentFactory(published=True)
    hidden = [
        AssociationFactory(organisation__status=OrganisationStatus.TO_CHECK),
        NeedFactory(),
        DocumentFactory(),
    ]
    parts = re.findall(r"<loc>http://testserver(.*?)</loc>", client.get("/sitemap.xml").text)
    assert parts == [f"/sitemap-{section}.xml" for section in SITEMAPS]
    listed = [
        path
        for part in parts
        for path in re.findall(r"<loc>http://testserver(.*?)</loc>", client.get(part).text)
    ]
    shown = [need, need.company, project, project.association, document]
    assert {one.get_absolute_url() for one in shown} | set(map(reverse, ENTRANCES)) <= set(listed)
    assert not {one.get_absolute_url() for one in hidden} & set(listed)
    rules = robots(client)
    for path in listed:
        assert rules.can_fetch("*", path)
        assert client.get(path).status_code == 200, path
    one = query_count(lambda: client.get("/sitemap-besoins.xml"))
    NeedFactory.create_batch(4, published=True)
    assert query_count(lambda: client.get("/sitemap-besoins.xml")) == one
    assert client.get("/sitemap-inconnu.xml").status_code == 404


def test_a_public_page_says_how_it_is_told_and_another_that_it_is_not(client):
    need = NeedFactory(published=True, title='Dix « postes » & un "four"')
    page = client.get(need.get_absolute_url()).text
    assert f'<meta property="og:url" content="http://testserver{need.get_absolute_url()}">' in page
    assert re.search(r'<meta property="og:title" content="[^"]*&amp; un &quot;four&quot;[^"]*">', page)
    assert re.search(r'<meta property="og:image" content="http://testserver/static/img/partage[^"]*">', page)
    assert "noindex" not in page
    assert '<meta name="robots" content="noindex">' in client.get("/invitations/rien/").text


def test_browsers_find_the_icon_where_they_look_for_it(client):
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"]) == (301, "/static/img/favicon.ico")
