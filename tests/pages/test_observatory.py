"""The pages and the files of the observatory, for visitors and for the team."""

import csv
import html
import io
from datetime import UTC, datetime
from unittest import mock

import pytest
from django.core.cache import cache
from django.urls import reverse
from redis.exceptions import ConnectionError as CacheAway

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from mecenova.calendar import clock
from mecenova.pages.observatory import remembered, tables
from mecenova.pages.observatory.outlines import outlines
from mecenova.pages.observatory.tables import Line, Table
from mecenova.pages.observatory.wording import duration, share
from mecenova.pages.tasks import compute_observatory
from mecenova.reference.models import Territory
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.companies.factories import NeedFactory
from tests.pages.waiting import Network
from tests.partnerships.factories import IntroductionFactory
from tests.threads import Pause, second_during_first

pytestmark = pytest.mark.django_db
PAGE, TEAM = "/observatoire/", "/equipe/observatoire/"
MOST_QUERIES = 18
LARGEST_MAP = 80_000


@pytest.fixture(autouse=True)
def _computed_anew():
    cache.clear()


@pytest.fixture
def network():
    return Network(7, organisations=150, introductions=150)


@pytest.fixture
def staff(client):
    client.force_login(StaffFactory())
    return client


def rows(answer):
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_an_empty_network_says_so_kindly(client):
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Rien à mesurer pour l’instant" in page.content.decode()


def test_nothing_to_measure_is_not_remembered(client):
    assert client.get(PAGE).context["report"].is_empty
    Network(7, organisations=150, introductions=150)
    assert "Rien à mesurer" not in client.get(PAGE).content.decode()


def test_a_visitor_reads_every_figure(client, network):
    page = client.get(PAGE).content.decode()
    assert "Rien à mesurer" not in page
    for title in ("L’attente, en bref", "Nos promesses", "Qui attend combien", "Les déserts de mécénat"):
        assert title in page
    assert page.count("<h1") == 1


def test_it_is_within_reach(client):
    home = client.get(reverse("pages:home")).content.decode()
    assert home.count(f'href="{PAGE}"') == 2
    assert f'href="{PAGE}"' in client.get(reverse("pages:understand")).content.decode()


def test_the_form_says_what_is_shown(client):
    assert '<option value="introduction" selected>' in client.get(PAGE + "?vue=kind").content.decode()


def test_no_name_of_anybody_is_public(client, network):
    Organisation.objects.update(name="Nom très reconnaissable")
    for path in (PAGE, *(f"/observatoire/{slug}.csv" for slug in remembered.public().tables)):
        assert "reconnaissable" not in client.get(path).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "?mesure=answer&vue=territory&departement=59",
        "?mesure=attention&vue=kind&departement=2A",
        "?mesure=&vue=&departement=",
        "?departement=988",
        "?departement=975&mesure=check",
    ],
)
def test_each_view_is_shown(client, network, query):
    assert client.get(PAGE + query).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "?mesure=promesses&vue=cause",
        "?mesure=../../etc/passwd",
        "?vue=%3Cscript%3Ealert(1)%3C/script%3E",
        "?vue=department&mesure=introduction",
        "?departement=99&departement=59%27%20OR%201=1--",
        "?mesure=answer&mesure[]=x&vue=cause,kind",
        "?" + "a" * 4000,
        "?departement=%F0%9F%92%A9",
    ],
)
def test_a_hostile_filter_shows_the_first_view(client, network, query):
    answer = client.get(PAGE + query)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()
    assert "Choix" not in answer.context["table"].title


def test_filters_never_cross(client, network):
    """Whatever is asked, what is shown is one of the published tables."""
    report = remembered.public()
    published = {table.slug: table for table in report.tables.values()}
    answer = client.get(PAGE + "?mesure=introduction&vue=kind&departement=59&cause=sport&forme=skills")
    assert answer.context["table"] == published["introduction-forme"]


def test_every_table_is_a_file_with_the_same_lines(client, network):
    names = set()
    for slug, table in remembered.public().tables.items():
        answer = client.get(f"/observatoire/{slug}.csv")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        names.add(answer["Content-Disposition"])
        found = rows(answer)
        assert len(found) == 1 + len(table.lines) + bool(table.total) + len(table.unseen)
        assert {len(row) for row in found} == {len(table.value_columns)}
        column = table.names - 1
        shown = zip(found[1:], table.lines, strict=False)
        assert all(line.label == row[column if line.inside else 0] for row, line in shown)
    assert len(names) == len(remembered.public().tables), "each bears its title, and no other has it"
    assert any('filename="mecenova-reponse-a-une-mise-en-relation-par-cause-' in name for name in names)


@pytest.mark.parametrize("slug", ["answer-territoire", "deserts", "manque-territoire"])
def test_a_region_and_a_department_each_have_their_column(staff, network, slug):
    """Whoever adds a column up in a spreadsheet filters one of the two, or counts everybody twice."""
    found = rows(staff.get(f"{TEAM}{slug}.csv"))
    table = staff.get(TEAM).context["report"].tables[slug]
    assert found[0][:2] == ["Région", "Département"]
    regions = {line.label for line in table.lines if not line.inside}
    inside = {line.label for line in table.lines if line.inside}
    assert inside
    for row, line in zip(found[1:], table.lines, strict=False):
        assert row[0] in regions
        assert row[1] == (line.label if line.inside else "(toute la région)" if line.key else "")
    assert len({tuple(row[:2]) for row in found}) == len(found)
    for row in found[1 + len(table.lines) :]:
        assert row[1] == ""


@pytest.mark.parametrize("slug", ["inconnu", "promesses-", "answer-department", "PROMESSES"])
def test_an_unknown_file_is_not_found(client, slug):
    assert client.get(f"/observatoire/{slug}.csv").status_code == 404


@pytest.mark.parametrize("text", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\n=cmd|' /C calc'!A0", " =1"])
def test_no_cell_is_a_formula(text):
    file = io.StringIO(newline="")
    line = Line("k", text, (), (text, 3, 2.5, None))
    tables.write(file, Table("t", "T", (), ("A", text, "B", "C", "D"), (line,), unseen=(text,)))
    for row in csv.reader(io.StringIO(file.getvalue().removeprefix("\ufeff")), delimiter=";"):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\n")) for cell in row)
    assert "2,50" in file.getvalue()


def test_the_public_page_is_computed_once_an_hour(client, network, query_count):
    cache.clear()
    assert query_count(lambda: client.get(PAGE)) <= MOST_QUERIES
    assert query_count(lambda: client.get(PAGE + "?vue=kind")) == 0
    assert query_count(lambda: client.get("/observatoire/promesses.csv")) == 0
    titles = client.get("/observatoire/promesses.csv").content.decode("utf-8-sig").splitlines()[0].split(";")
    assert len(set(titles)) == len(titles) == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_known", [True, False])
def test_readers_who_come_together_compute_it_once(monkeypatch, is_known):
    """Those who come while it is computed anew read the last figures, or wait for the first."""
    with clock.frozen(datetime(2026, 11, 30, 9, tzinfo=UTC)) as now:
        Network(7, organisations=150, introductions=150)
        if is_known:
            remembered.public()
        now.move_to(datetime(2026, 11, 30, 10, tzinfo=UTC))
        computed, read = [], []
        make = remembered.make
        monkeypatch.setattr(remembered, "make", lambda **how: computed.append(how) or make(**how))

        def reads():
            read.append(remembered.public().computed_at.hour)

        pause = Pause(monkeypatch, remembered, "make")
        assert second_during_first(pause, reads, reads) == []
        assert (len(computed), read) == (1, [9, 10] if is_known else [10, 10])


def test_it_is_computed_ahead_of_its_readers(client, monkeypatch, network):
    with clock.frozen(datetime(2026, 11, 30, 9, 50, tzinfo=UTC)) as now:
        client.get(PAGE)
        now.move_to(datetime(2026, 11, 30, 10, 50, tzinfo=UTC))
        compute_observatory.run()
        compute_observatory.run()
        monkeypatch.setattr(remembered, "make", lambda **how: pytest.fail("a reader computes it"))
        now.move_to(datetime(2026, 11, 30, 11, 49, tzinfo=UTC))
        assert client.get(PAGE).context["report"].computed_at.hour == 10


def test_days_lived_ahead_of_time_compute_nothing(network, settings):
    settings.VIRTUAL_CLOCK = True
    compute_observatory.run()
    assert cache.get(remembered.KEY) is None


def test_without_the_cache_it_is_still_served(client, network):
    with (
        mock.patch.object(remembered.cache, "get", side_effect=CacheAway("away")),
        mock.patch.object(remembered.cache, "set", side_effect=CacheAway("away")),
    ):
        assert client.get(PAGE).status_code == 200


def test_a_cache_that_cannot_write_is_no_obstacle(client, network):
    with mock.patch.object(remembered.cache, "set", side_effect=OSError("full")):
        cache.clear()
        assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("path", [TEAM, f"{TEAM}promesses.csv"])
def test_the_whole_is_for_the_team(client, path):
    assert client.get(path).status_code == 302
    client.force_login(UserFactory())
    assert client.get(path).status_code == 404


def test_the_team_reads_names_and_what_is_hidden(staff):
    organisation = OrganisationFactory(name="Les Jardins en attente", status=OrganisationStatus.TO_CHECK)
    MembershipFactory(organisation=organisation)
    introduction = IntroductionFactory()
    page = staff.get(TEAM).content.decode()
    assert page.count("Les Jardins en attente") == 2
    assert reverse("pages:organisation", args=[organisation.pk]) in page
    assert introduction.get_absolute_url() in page
    assert page.index("Les plus longues attentes") < page.index("Nos promesses"), "forty screens of a phone"
    assert ["Aucune cause", "1", "", ""] not in rows(staff.get(f"{TEAM}introduction-cause.csv"))


def test_a_table_of_all_places_is_opened_by_whoever_wants_it(staff, network):
    """Each département has its line: thirty screens of a phone between the map and what follows."""
    answer = staff.get(TEAM)
    page = html.unescape(answer.content.decode())
    tables_shown = [answer.context["report"].map.table, *answer.context["report"].lacks]
    long = {table.title: len(table.lines) > 20 for table in tables_shown}
    assert set(long.values()) == {True, False}
    for title, is_folded in long.items():
        assert (f"{title}\u00a0: les " in page) == is_folded


def test_the_team_s_page_does_not_become_the_public_one(staff, network):
    staff.get(TEAM)
    staff.logout()
    public = staff.get(PAGE).context["report"]
    assert not public.whole


def test_what_everybody_reads_is_what_the_team_reads_at_the_same_moment(staff, network, query_count):
    """And what it costs is paid once an hour: names alone are read at each view."""
    public = staff.get(PAGE).context["report"]
    assert query_count(lambda: staff.get(TEAM)) < MOST_QUERIES // 2
    assert query_count(lambda: staff.get(f"{TEAM}promesses.csv")) <= 3
    whole = staff.get(TEAM).context["report"]
    assert (whole.computed_at, public.whole, whole.whole) == (public.computed_at, False, True)


def test_the_team_s_page_has_a_constant_number_of_queries(staff, query_count):
    def computed_anew():
        cache.clear()
        return query_count(lambda: staff.get(TEAM))

    # A process learns once which types there are.
    computed_anew()
    few = computed_anew()
    Network(2, organisations=120, introductions=120)
    assert computed_anew() == few


def test_the_outlines_are_all_there_and_light():
    drawing = outlines()
    overseas = {"971", "972", "973", "974", "976"}
    departments = Territory.objects.filter(level="department").exclude(code__in=overseas)
    assert set(drawing.paths) == set(departments.values_list("code", flat=True))
    assert sum(map(len, drawing.paths.values())) < LARGEST_MAP
    assert all(path.startswith("M") and path.endswith("z") for path in drawing.paths.values())
    assert outlines() is drawing


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        (0, "Aucun besoin n’est ouvert à toute la France."),
        (1, "1 besoin ne nomme aucun territoire\u00a0: il est le même pour tous"),
        (2, "2 besoins ne nomment aucun territoire\u00a0: ils sont les mêmes pour tous"),
    ],
)
def test_the_map_counts_in_french_the_needs_that_name_no_place(client, needs, said):
    NeedFactory.create_batch(needs, published=True, territories=[])
    assert said in client.get(PAGE).content.decode()


def test_drawings_are_told_in_words_that_are_true_on_a_dark_page_too(client, network):
    """There the fullest colour is the lightest."""
    page = client.get(PAGE).content.decode()
    assert "barre pleine" in page
    assert "foncé" not in page


def test_every_place_is_on_the_map(client):
    page = client.get(PAGE).content.decode()
    for territory in Territory.objects.departments():
        assert f"<title>{territory.name}\u00a0: " in page


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "–"),
        (0, "moins d’une minute"),
        (60, "1\u00a0minute"),
        (89 * 60, "89\u00a0minutes"),
        (5 * 3600, "5\u00a0heures"),
        (36 * 3600, "1,5\u00a0jour"),
        (2 * 86400, "2\u00a0jours"),
        (34.4 * 86400, "34\u00a0jours"),
    ],
)
def test_durations_are_said_in_words(seconds, said):
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, "–"),
        (0, 9, "0\u00a0%"),
        (1, 900, "moins de 1\u00a0%"),
        (899, 900, "plus de 99\u00a0%"),
        (9, 9, "100\u00a0%"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nobody(part, whole, said):
    assert share(part, whole) == said


def test_places_off_the_map_are_named_not_coded(client, network):
    """A code in a square of sixteen pixels was read by nobody on a telephone."""
    drawn = client.get(PAGE).context["report"].map
    page = client.get(PAGE + "?departement=974").text
    assert {area.code for area in drawn.beside} >= {"75", "974"}
    assert "<text" not in page[page.index('class="map"') : page.index('class="legend"')]
    assert "<strong>La Réunion</strong>" in page[page.index('id="a-part"') :]
