"""Every component, drawn alone and together on one page, in valid HTML."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory

from mecenova.calendar import clock
from tests.ui.parsing import assert_valid_html
from tests.ui.urls import NeedFilter

pytestmark = pytest.mark.urls("tests.ui.urls")


def draw(source: str, path: str = "/besoins/", staff: bool = False, **values: object) -> str:
    request = RequestFactory().get(path)
    request.user = SimpleNamespace(is_authenticated=True, is_staff=True) if staff else AnonymousUser()
    shown = engines["django"].from_string(source).render(values, request)
    assert_valid_html(f"<!DOCTYPE html><html><head><title>x</title></head><body>{shown}</body></html>")
    return shown


@pytest.mark.parametrize("address", ["/gallery/", "/gallery/?erreurs=1&message=1", "/gallery/?page=1&q=mots"])
def test_the_gallery_is_valid_html_and_needs_no_database(client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert_valid_html(response.text)


def follow_up(**changes: object) -> SimpleNamespace:
    values = {
        "what": "Répondre à l'association",
        "owner": "staff",
        "due_at": date(2026, 12, 8),
        "deadline": date(2026, 12, 7),
        "put_off": lambda: "",
    }
    values |= changes
    values.setdefault("what_to_you", values["what"])
    return SimpleNamespace(**values, get_owner_display=lambda: "Équipe IMS")


class TestNextStep:
    def test_says_what_who_and_by_when(self) -> None:
        shown = draw("{% next_step step %}", step=follow_up())
        assert "Prochaine étape" in shown
        assert "Répondre à l’association" in shown
        assert "Équipe IMS" in shown
        assert '<time datetime="2026-12-07">lundi 7\u00a0décembre 2026</time>' in shown

    @pytest.mark.parametrize("tag", ["next_step", "step_line"])
    def test_speaks_to_whom_it_is_about_and_of_them_to_the_team(self, tag: str) -> None:
        step = follow_up(what="Appeler l’association", what_to_you="Vous appeler")
        assert "Vous appeler" in draw("{% " + tag + " step %}", step=step)
        assert "Appeler l’association" in draw("{% " + tag + " step %}", staff=True, step=step)

    def test_says_why_the_date_is_not_sooner(self) -> None:
        step = follow_up(put_off=lambda: "Les délais s’arrêtent en août.")
        assert '<p class="meta">Les délais s’arrêtent en août.</p>' in draw("{% next_step step %}", step=step)
        assert "</time>. Les délais s’arrêtent en août.</p>" in draw("{% step_line step %}", step=step)

    @pytest.mark.parametrize("tag", ["next_step", "step_line"])
    @pytest.mark.parametrize(
        ("today", "owner", "said"),
        [
            (7, "staff", ""),
            (8, "staff", "Cette date est passée\u00a0: l’équipe le voit en tête de sa liste."),
            (8, "organisation", "nous nous en occupons aujourd’hui"),
            (8, "platform", ""),
        ],
    )
    def test_a_date_that_is_past_is_said_to_who_waits(self, tag, today, owner, said) -> None:
        source, step = "{% " + tag + " step mine=mine %}", follow_up(owner=owner)
        with clock.frozen(datetime(2026, 12, today, 9, tzinfo=UTC)):
            shown = draw(source, step=step, mine=False)
            assert said in shown
            assert ("Cette date est passée" in shown) == bool(said)
            assert "Cette date est passée" not in draw(source, step=step, mine=True)
            assert "Cette date est passée" not in draw(source, step=step, mine=False, staff=True)

    def test_says_when_the_platform_acts_for_who_does_not_answer(self) -> None:
        step = follow_up(owner="organisation", due_at=date(2026, 12, 10))
        with clock.frozen(datetime(2026, 12, 9, 9, tzinfo=UTC)):
            shown = draw("{% next_step step %}", step=step)
        assert "nous nous en occupons le jeudi 10\u00a0décembre 2026" in shown

    def test_says_the_day_that_the_team_had_promised_first(self) -> None:
        first = "Promis d’abord pour le vendredi 4\u00a0décembre 2026."
        step = follow_up(promised_at=date(2026, 12, 4))
        assert first in draw("{% next_step step %}", step=step)
        step = follow_up(promised_at=date(2026, 12, 7))
        assert "Promis d’abord" not in draw("{% next_step step %}", step=step)

    def test_tells_the_reader_when_it_is_theirs(self) -> None:
        shown = draw("{% next_step step mine=True %}", step=follow_up())
        assert "À vous de jouer" in shown
        assert "Équipe IMS" not in shown

    def test_names_the_other_party(self) -> None:
        assert "Banque &lt;des&gt; Alpes" in draw(
            '{% next_step step who="Banque <des> Alpes" %}'.replace('"Banque <des> Alpes"', "name"),
            step=follow_up(),
            name="Banque <des> Alpes",
        )

    def test_without_a_deadline(self) -> None:
        assert "pas de date limite" in draw("{% next_step step %}", step=follow_up(deadline=None))

    def test_none_is_an_anomaly_shown_to_staff(self) -> None:
        assert "Anomalie" in draw("{% next_step step %}", step=None, staff=True)

    def test_none_reassures_everybody_else(self) -> None:
        shown = draw("{% next_step step %}", step=None)
        assert "Anomalie" not in shown
        assert "Vous n’avez rien à faire" in shown


def test_the_step_tracker_has_one_current_step() -> None:
    shown = draw(
        '{% step_tracker "Envoyée" sent "Vue" seen "Répondue" none %}',
        sent=datetime(2026, 11, 1, tzinfo=UTC),
        seen=None,
        none=None,
    )
    assert shown.count('aria-current="step"') == 1
    assert "en attente" in shown
    assert "à venir" in shown


def test_the_step_tracker_of_what_is_over_awaits_nothing() -> None:
    shown = draw(
        '{% step_tracker "Envoyée" sent "Vue" none "Répondue" none "Libérée" ended over=True %}',
        sent=datetime(2026, 11, 1, tzinfo=UTC),
        none=None,
        ended=datetime(2026, 11, 23, tzinfo=UTC),
    )
    assert [word in shown for word in ("Envoyée", "Vue", "Répondue", "Libérée")] == [True, False, False, True]
    assert shown.count("step-done") == 2
    assert "aria-current" not in shown
    assert not any(awaited in shown for awaited in ("en attente", "à venir"))


@pytest.mark.parametrize(("done", "total", "width"), [(0, 4, "0"), (1, 3, "33"), (4, 4, "100"), (0, 0, "0")])
def test_the_meter_never_divides_by_nothing(done: int, total: int, width: str) -> None:
    shown = draw("{% meter done total %}", done=done, total=total)
    assert f'<rect class="meter-fill" width="{width}"' in shown
    assert "Il manque" not in shown


def test_what_happened_is_told_with_its_words_or_without() -> None:
    line = SimpleNamespace(
        at=datetime(2026, 11, 20, 9, tzinfo=UTC), label="nom changé", by="Awa", note="<b> & co"
    )
    shown = draw("{% history lines notes=True %}", lines=[line])
    assert "nom changé, par Awa<br>" in shown
    assert "&lt;b&gt; &amp; co" in shown
    assert "co</span>" not in draw("{% history lines %}", lines=[line])
    assert draw("{% history lines %}", lines=[]).strip() == ""


def test_the_meter_names_what_is_missing() -> None:
    shown = draw("{% meter 1 3 missing=parts %}", parts=["les <publics>", ("le RNA", "/rna/")])
    assert "les &lt;publics&gt;" in shown
    assert '<a href="/rna/">le RNA</a>' in shown


def test_an_error_is_announced_at_once_and_the_rest_politely() -> None:
    told = [
        SimpleNamespace(level_tag="error", message="Trop tard."),
        SimpleNamespace(level_tag="success", message="C’est noté."),
    ]
    shown = draw("{% site_messages %}", messages=told)
    assert shown.count('role="alert"') == 1
    assert shown.index('role="alert"') < shown.index("Trop tard.") < shown.index("C’est noté.")


class TestPagination:
    def pages(self, number: int, address: str = "/besoins/?q=a%26b&page=2", count: int = 100) -> str:
        page = Paginator(range(count), 10).get_page(number)
        return draw("{% pagination page_obj %}", path=address, page_obj=page)

    def test_keeps_the_query_string(self) -> None:
        assert 'href="?q=a%26b&amp;page=3"' in self.pages(2)

    def test_marks_the_current_page(self) -> None:
        assert self.pages(2).count('aria-current="page"') == 1

    def test_has_no_previous_on_the_first_page(self) -> None:
        shown = self.pages(1, "/besoins/")
        assert 'rel="prev"' not in shown
        assert 'href="?page=2"' in shown

    def test_leads_back_to_its_list_and_says_of_what_these_are_the_pages(self) -> None:
        page = Paginator(range(30), 10).get_page(2)
        shown = draw(
            '{% pagination page_obj param="retards" at="retards" label="courriels en retard" %}',
            page_obj=page,
        )
        assert shown.count("#retards") == shown.count("href=") == 5
        assert 'href="?retards=3#retards"' in shown
        assert 'aria-label="Pages\u00a0: courriels en retard"' in shown

    def test_one_page_shows_nothing(self) -> None:
        assert self.pages(1, count=3).strip() == ""


def test_the_filter_panel_says_how_many_filters_are_active() -> None:
    address = "/besoins/?q=&kind=skills&causes=sport&causes=culture&page=3"
    shown = draw("{% filter_panel form %}", path=address, form=NeedFilter({}))
    assert "(2 actifs)" in shown
    assert 'action="/besoins/"' in shown
    assert "facultatif" not in shown


def test_the_filter_panel_at_rest() -> None:
    shown = draw("{% filter_panel form %}", form=NeedFilter({}))
    assert "actif)" not in shown
    assert "Tout effacer" not in shown


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "Aucun besoin"), (1, "1\u00a0besoin"), (1200, "1\u202f200\u00a0besoins")],
)
def test_result_count(number: int, words: str) -> None:
    shown = draw('{% result_count n "besoin" "besoins" none="Aucun besoin" %}', n=number)
    assert f">{words}</p>" in shown


def test_tabs_mark_the_exact_address_before_the_path() -> None:
    source = '{% tabs "Tout" "/besoins/" "Clos" "/besoins/?etat=clos" %}'
    assert draw(source, path="/besoins/?etat=clos").count('aria-current="page"') == 1
    assert '<a href="/besoins/" aria-current="page">' in draw(source, path="/besoins/?page=2")


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("/apercu/", "?jours=30"),
        ("/apercu/?jours=1", "?jours=1"),
        ("/apercu/?jours=1&jour=2026-11-24", "?jours=1"),
    ],
)
def test_one_tab_at_most_is_the_one_being_read(path: str, read: str) -> None:
    shown = draw('{% tabs "Trente jours" "/apercu/?jours=30" "Cette nuit" "/apercu/?jours=1" %}', path=path)
    assert shown.count('aria-current="page"') == 1
    assert f'<a href="/apercu/{read}" aria-current="page">' in shown


def test_a_badge_of_an_unknown_tone_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="tone"):
        draw('{% badge "Publié" "green" %}')


def test_post_buttons_carry_the_token_and_ask_first() -> None:
    shown = draw(
        '{% post_button "/x/" confirm="C\'est sûr ?" name="to" value=v %}Fermer{% endpost_button %}', v="a<b"
    )
    assert "csrfmiddlewaretoken" in shown
    assert "C’est sûr\u202f?" in shown
    assert 'name="to" value="a&lt;b"' in shown
    assert 'method="post"' in shown


def test_what_people_wrote_is_escaped_everywhere() -> None:
    source = (
        "{% card t href=u meta=t badge=t %}x{% endcard %}"
        "{% page_header t lead=t kicker=t %}{% endpage_header %}"
        "{% notice 'info' title=t %}x{% endnotice %}{% empty t %}x{% endempty %}"
        "{% facts %}{% fact t t %}{% endfacts %}{% stat t t %}{% breadcrumbs t u t %}"
        "{% result_count 2 t t %}<ul>{% row t meta=t %}x{% endrow %}</ul>"
    )
    shown = draw(source, t="<script>alert(1)</script>", u='/x/"onclick="y')
    assert "<script>" not in shown
    assert 'onclick="' not in shown


class TestHeader:
    def test_a_visitor_sees_how_to_come_in(self) -> None:
        shown = draw("{% site_header %}")
        assert "Connexion" in shown
        assert "Déconnexion" not in shown

    def test_leaving_is_a_post(self) -> None:
        shown = draw("{% site_header %}", staff=True)
        assert "Connexion" not in shown
        assert 'method="post" action="/compte/logout/"' in shown

    def test_the_current_entry_is_marked(self) -> None:
        assert '<a href="/compte/login/" aria-current="page">' in draw(
            "{% site_header %}", path="/compte/login/"
        )
