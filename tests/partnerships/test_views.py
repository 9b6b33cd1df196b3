import html
import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.followups import StaffCheck
from accounts.operations import check_promised_by, withdraw_organisation
from mecenova.agenda.operations import add_absence, next_step, start
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.ui.contractions import of_name
from mecenova.ui.figures import long_date
from mecenova.workflow.errors import DomainError
from partnerships import operations
from partnerships.enums import IntroductionStatus, RefusalReason, Side
from partnerships.models import Introduction, Partnership
from tests.accounts.factories import MembershipFactory, OrganisationFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db

# Well formed, and nobody's.
NOBODY = "00000000-0000-4000-8000-000000000000"
CREATE = "/mises-en-relation/nouvelle/"
TODAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER_SAID = TODAY - timedelta(days=20)


def shown(response):
    return html.unescape(response.content.decode())


def test_an_association_asks_from_a_need_and_lands_on_a_page_that_says_what_comes_next(client, pair):
    client.force_login(pair.asker)
    address = f"{CREATE}?besoin={pair.need.pk}"
    page = shown(client.get(address))
    assert pair.need.title in page
    assert "15 jours ouvrés" in page
    response = client.post(address, {"note": "Parlons-en."}, follow=True)
    assert Introduction.objects.get().note == "Parlons-en."
    asking = pair.association.organisation.name
    assert f"Répondre à la demande de mise en relation\u00a0: {asking}" in shown(response)


def test_a_request_and_what_it_is_about_are_told_apart_by_their_titles(client, pair):
    introduction = pair.ask()
    partnership = operations.accept_introduction(introduction=introduction, by=pair.answerer)
    client.force_login(pair.asker)
    addresses = [
        introduction.get_absolute_url(),
        partnership.get_absolute_url(),
        pair.need.get_absolute_url(),
    ]
    titles = [re.search("<title>(.*?)</title>", shown(client.get(address)))[1] for address in addresses]
    assert len(set(titles)) == len(titles), titles


def test_an_association_asks_a_company_without_a_need_about_a_project(client, pair):
    project = ProjectFactory(association=pair.association, published=True)
    client.force_login(pair.asker)
    client.post(
        f"{CREATE}?entreprise={pair.company.pk}",
        {"note": "Parlons-en.", "kind": "skills", "project": str(project.pk)},
    )
    introduction = Introduction.objects.get()
    assert (introduction.project, introduction.kind) == (project, "skills")


def test_a_company_asks_an_association(client, pair):
    client.force_login(pair.answerer)
    client.post(f"{CREATE}?association={pair.association.pk}", {"note": "Bonjour.", "kind": "financial"})
    assert Introduction.objects.get().asked_by_side == Side.COMPANY


def test_what_was_typed_is_kept_when_something_is_missing(client, pair):
    client.force_login(pair.asker)
    response = client.post(
        f"{CREATE}?entreprise={pair.company.pk}", {"note": "Un texte précieux", "kind": ""}
    )
    assert response.status_code == 422
    assert "Un texte précieux" in shown(response)


def test_a_form_sent_twice_asks_once(client, pair):
    client.force_login(pair.asker)
    for _ in range(2):
        client.post(f"{CREATE}?besoin={pair.need.pk}", {"note": "Parlons-en."})
    assert Introduction.objects.count() == 1


@pytest.mark.parametrize(
    "query", ["", "besoin=x", f"besoin={NOBODY}", f"association={NOBODY}", "entreprise="]
)
def test_an_unknown_address_is_not_found(client, pair, query):
    client.force_login(pair.asker)
    assert client.get(f"{CREATE}?{query}").status_code == 404


def test_a_draft_need_is_not_found(client, pair):
    client.force_login(pair.asker)
    assert client.get(f"{CREATE}?besoin={NeedFactory(company=pair.company).pk}").status_code == 404


def test_a_visitor_signs_in_first(client, pair):
    response = client.get(f"{CREATE}?besoin={pair.need.pk}")
    assert response.status_code == 302
    assert reverse("account_login") in response.url


def test_what_concerns_others_is_not_found(client, pair):
    introduction = pair.ask()
    partnership = operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)
    for person in (UserFactory(), member_of(IntroductionFactory().association)):
        client.force_login(person)
        assert client.get(introduction.get_absolute_url()).status_code == 404
        assert client.get(partnership.get_absolute_url()).status_code == 404
        for name, subject in (
            ("introduction_answer", introduction),
            ("introduction_seen", introduction),
            ("partnership_abandon", partnership),
        ):
            assert client.post(reverse(f"partnerships:{name}", args=[subject.pk])).status_code == 404


def test_a_date_put_off_by_an_absence_says_why(client, pair):
    with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)):
        introduction = pair.ask()
        was = next_step(introduction).deadline
        client.force_login(pair.asker)
        assert "Absence de" not in shown(client.get(introduction.get_absolute_url()))
        absence = add_absence(
            organisation_id=pair.company.organisation_id,
            first_day=date(2026, 11, 30),
            last_day=date(2026, 12, 11),
            by=pair.answerer,
        )
        step = next_step(introduction)
        assert step.deadline > was
        whose = pair.company.organisation.name
        told = (
            f"Absence {of_name(whose)} {absence.in_words.lower()}. Les délais s’arrêtent du 24 décembre au"
            " 2 janvier. La date en tient compte."
        )
        pages = (
            introduction.get_absolute_url(),
            reverse("partnerships:introductions"),
            reverse("pages:dashboard"),
        )
        for person in (pair.asker, pair.answerer):
            client.force_login(person)
            for address in pages:
                page = shown(client.get(address))
                assert told in page
                assert long_date(step.deadline) in page


def test_a_date_in_september_says_that_august_does_not_count(client, pair):
    with clock.frozen(datetime(2026, 7, 27, 9, tzinfo=UTC)):
        introduction = pair.ask()
        client.force_login(pair.asker)
        page = shown(client.get(introduction.get_absolute_url()))
        assert next_step(introduction).deadline.month == 9
        assert "Les délais s’arrêtent en août. La date en tient compte." in page


def test_staff_see_and_do_not_answer(client, pair):
    introduction = pair.ask()
    client.force_login(StaffFactory())
    page = shown(client.get(introduction.get_absolute_url()))
    assert "Votre réponse" not in page
    answer = reverse("partnerships:introduction_answer", args=[introduction.pk])
    assert client.post(answer, {"answer": "yes"}).status_code == 404


def test_only_the_note_is_called_optional(client, pair):
    client.force_login(pair.answerer)
    page = shown(client.get(pair.ask().get_absolute_url()))
    assert page.count("(facultatif)") == 1
    assert 'Un mot pour l’autre côté <span class="optional">' in page


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"answer": "yes"}, IntroductionStatus.YES),
        ({"answer": "no", "reason": "territory"}, IntroductionStatus.NO),
        ({"answer": "later", "later_on": "+30"}, IntroductionStatus.LATER),
        ({"answer": "no"}, IntroductionStatus.REQUESTED),
        ({"answer": "later"}, IntroductionStatus.REQUESTED),
        ({"answer": "later", "later_on": "-1"}, IntroductionStatus.REQUESTED),
        ({"answer": "later", "later_on": "31/02/2027"}, IntroductionStatus.REQUESTED),
        ({"answer": "peut-être"}, IntroductionStatus.REQUESTED),
        ({}, IntroductionStatus.REQUESTED),
    ],
)
def test_answers_from_the_page(client, pair, data, status):
    introduction = pair.ask()
    if "later_on" in data and data["later_on"][0] in "+-":
        data = data | {"later_on": (clock.today() + timedelta(days=int(data["later_on"]))).isoformat()}
    client.force_login(pair.answerer)
    response = client.post(
        reverse("partnerships:introduction_answer", args=[introduction.pk]),
        data | {"note": "Un mot"},
        follow=True,
    )
    introduction.refresh_from_db()
    assert introduction.status == status
    assert "Un mot" in shown(response)


def test_the_second_person_is_told_what_happened(client, pair):
    introduction = pair.ask()
    operations.accept_introduction(introduction=introduction, by=member_of(pair.company))
    client.force_login(pair.answerer)
    response = client.post(
        reverse("partnerships:introduction_answer", args=[introduction.pk]),
        {"answer": "no", "reason": "timing"},
        follow=True,
    )
    assert "l’état est maintenant" in shown(response)
    assert Partnership.objects.count() == 1


def test_what_was_written_is_kept_when_the_date_is_too_far(client, pair):
    introduction = pair.ask()
    client.force_login(pair.answerer)
    response = client.post(
        reverse("partnerships:introduction_answer", args=[introduction.pk]),
        {
            "answer": "later",
            "later_on": (clock.today() + timedelta(days=500)).isoformat(),
            "note": "Mot précieux",
        },
    )
    assert response.status_code == 409
    page = shown(response)
    assert "Mot précieux</textarea>" in page
    assert "Choisissez une date d’ici le" in page


def test_opening_the_page_changes_nothing_and_its_script_says_seen(client, pair):
    introduction = pair.ask()
    client.force_login(pair.answerer)
    client.get(introduction.get_absolute_url())
    introduction.refresh_from_db()
    assert introduction.seen_at is None
    client.post(reverse("partnerships:introduction_seen", args=[introduction.pk]))
    introduction.refresh_from_db()
    assert introduction.seen_at is not None


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"status": "requested"}, ["Envoyée", "Vue", "Réponse reçue"]),
        ({"status": "released", "released_at": TODAY}, ["Envoyée", "Libérée"]),
        (
            {
                "status": "released",
                "answered_at": LATER_SAID,
                "later_on": LATER_SAID.date(),
                "released_at": TODAY,
            },
            ["Envoyée", "Réponse\u00a0: plus tard", "Libérée"],
        ),
        ({"status": "released", "requested_at": None, "released_at": TODAY}, ["Close"]),
        ({"status": "withdrawn", "withdrawn_at": TODAY}, ["Envoyée", "Retirée"]),
        (
            {
                "status": "no",
                "answered_at": TODAY,
                "refusal_reason": RefusalReason.TIMING,
                "retry_on": TODAY.date() + timedelta(days=90),
            },
            ["Envoyée", "Réponse reçue"],
        ),
    ],
    ids=["open", "released", "released-after-later", "never-sent", "withdrawn", "no"],
)
def test_a_request_that_is_over_awaits_nothing_more(client, pair, values, told):
    asked = {"requested_at": TODAY - timedelta(days=30), **values}
    introduction = IntroductionFactory(association=pair.association, company=pair.company, **asked)
    client.force_login(pair.asker)
    page = shown(client.get(introduction.get_absolute_url()))
    assert re.findall(r'class="step-label">([^<]*)<', page) == told
    assert ("à venir" in page) == introduction.is_open


def test_the_list_puts_what_i_owe_first_and_asks_a_constant_number_of_queries(client, pair, query_count):
    pair.ask()
    client.force_login(pair.answerer)
    address = reverse("partnerships:introductions")
    client.get(address)
    one = query_count(lambda: client.get(address))
    IntroductionFactory.create_batch(10, company=pair.company)
    assert query_count(lambda: client.get(address)) == one
    assert "On attend votre réponse" in shown(client.get(address))


def test_the_past_is_read_page_by_page(client, pair):
    for number in range(21):
        IntroductionFactory(
            company=pair.company,
            association=pair.association,
            status=IntroductionStatus.RELEASED,
            released_at=clock.now(),
            note=str(number),
        )
    client.force_login(pair.answerer)
    address = reverse("partnerships:introductions")
    assert len(client.get(address).context["past"]) == 20
    assert len(client.get(address, {"page": 2}).context["past"]) == 1


@pytest.mark.parametrize(
    ("side", "key", "param"), [("company", "to_answer", "a-repondre"), ("association", "awaited", "en-cours")]
)
def test_what_is_open_is_read_page_by_page_too(client, pair, side, key, param):
    """The one that has waited longest for an answer is on the first page."""
    IntroductionFactory.create_batch(21, **{side: getattr(pair, side)}, asked_by_side="association")
    oldest = Introduction.objects.order_by("requested_at").first()
    client.force_login(pair.answerer if side == "company" else pair.asker)
    address = reverse("partnerships:introductions")
    first = client.get(address).context[key]
    assert len(first) == 20
    assert side == "association" or first[0][0] == oldest
    second = client.get(address, {param: 2})
    assert len(second.context[key]) == 1
    assert f'href="?{param}=1#{param}"' in shown(second)


def test_somebody_of_two_associations_says_for_which_one_they_ask(client, pair):
    """By name, never one that has left; another is one link away."""
    first = AssociationFactory(complete=True, organisation__name="A comme Abeille")
    gone = AssociationFactory(complete=True, organisation__name="A comme Absente")
    for other in (first, gone):
        MembershipFactory(organisation=other.organisation, user=pair.asker)
    withdraw_organisation(organisation=gone.organisation, by=None)
    client.force_login(pair.asker)
    address = reverse("partnerships:introduction_create")
    named = {"besoin": pair.need.pk, "organisme": pair.association.organisation_id}
    page = client.get(address, {"besoin": pair.need.pk})
    assert page.context["intended"].association == first
    assert page.context["intended"].others == (pair.association.organisation,)
    assert f"organisme={pair.association.organisation_id}" in shown(page)
    client.post(f"{address}?{urlencode(named)}", {"note": "Parlons-en."})
    assert Introduction.objects.get().association == pair.association


def test_a_partnership_shows_whom_to_write_to_and_how_to_stop(client, pair):
    partnership = operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)
    client.force_login(pair.asker)
    assert pair.answerer.email in shown(client.get(partnership.get_absolute_url()))
    response = client.post(
        reverse("partnerships:partnership_abandon", args=[partnership.pk]),
        {"note": "Calendrier"},
        follow=True,
    )
    assert "clos" in shown(response)
    partnership.refresh_from_db()
    assert not partnership.is_active


def test_the_past_of_a_request_says_what_was_done_and_not_what_is_awaited(client, pair):
    introduction = pair.ask()
    operations.postpone_introduction(
        introduction=introduction, later_on=clock.today() + timedelta(days=20), by=pair.answerer
    )
    client.force_login(pair.asker)
    past = shown(client.get(introduction.get_absolute_url())).split("Ce qui s’est passé")[1]
    assert f"Demande envoyée, par {pair.asker}" in past
    assert f"Plus tard, par {pair.answerer}" in past
    assert "En attente de réponse, par" not in past


def test_the_mail_s_link_shows_then_acts_without_logging_in(client, pair):
    introduction = pair.ask()
    text = OutgoingMail.objects.get(notification="partnerships.introduction_requested").text
    link = next(word for word in text.split() if "/lien/" in word)
    path = link[link.index("/lien/") :]
    assert introduction.note in shown(client.get(path))
    introduction.refresh_from_db()
    assert introduction.status == IntroductionStatus.REQUESTED
    incomplete = client.post(path, {"answer": "no", "note": "Un mot gardé"})
    assert "Un mot gardé" in shown(incomplete)
    client.post(path, {"answer": "yes", "note": ""})
    introduction.refresh_from_db()
    assert introduction.status == IntroductionStatus.YES
    assert "n’attend plus de réponse" in shown(client.get(path))
    assert client.get(reverse("partnerships:introductions")).status_code == 302


def test_what_to_do_after_a_no_is_told_to_the_side_that_asked_alone(client, pair):
    introduction = pair.ask()
    operations.decline_introduction(
        introduction=introduction, reason=RefusalReason.OUT_OF_POLICY, by=pair.answerer
    )
    for person, told in ((pair.asker, True), (pair.answerer, False)):
        client.force_login(person)
        assert ("À faire maintenant" in shown(client.get(introduction.get_absolute_url()))) is told


def test_another_message_about_an_open_request_is_not_announced_as_sent(client, pair):
    client.force_login(pair.asker)
    address = f"{CREATE}?besoin={pair.need.pk}"
    for _ in range(2):  # A double click is one request.
        client.post(address, {"note": "Parlons-en."}, follow=True)
    asked = Introduction.objects.get()
    response = client.post(address, {"note": "Une précision : nous sommes douze."}, follow=True)
    page = shown(response)
    assert response.status_code == 422
    assert "déjà une demande en cours" in page
    assert "n’est pas parti" in page
    assert "nous sommes douze" in page
    assert asked.get_absolute_url() in page
    assert "est enregistrée" not in page
    asked.refresh_from_db()
    assert asked.note == "Parlons-en."


def test_the_pages_of_a_need_say_that_it_is_already_asked_about(client, pair):
    client.force_login(pair.asker)
    need = reverse("companies:need_detail", args=[pair.need.pk])
    again = f"{CREATE}?besoin={pair.need.pk}"
    assert again in shown(client.get(need))
    asked = pair.ask()
    for address in (need, again):
        page = shown(client.get(address))
        assert "déjà une demande en cours" in page
        assert asked.get_absolute_url() in page
        assert "Envoyer ma demande" not in page
    assert again not in shown(client.get(need))
    partnership = operations.accept_introduction(introduction=asked, by=pair.answerer)
    for address in (need, again):
        page = shown(client.get(address))
        assert "déjà en relation" in page
        assert partnership.get_absolute_url() in page
    with pytest.raises(DomainError, match="déjà en relation"):
        pair.ask()
    assert client.post(again, {"note": "Encore ?"}).status_code == 422
    # It came to nothing: nothing is in the way any more.
    operations.abandon_partnership(partnership=partnership, by=pair.asker, note="Trop loin.")
    assert "Demander une mise en relation" in shown(client.get(need))
    assert pair.ask().is_open


def test_an_association_not_yet_checked_is_told_so_before_the_button(client, pair):
    association = AssociationFactory(
        complete=True, organisation=OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    )
    start(StaffCheck, association.organisation)
    client.force_login(member_of(association))
    day = " ".join(long_date(check_promised_by(association.organisation)).split())
    for address in (
        reverse("companies:need_detail", args=[pair.need.pk]),
        f"{CREATE}?besoin={pair.need.pk}",
        reverse("matching:suited_needs"),
        reverse("matching:why_not_for", args=[pair.need.pk]),
    ):
        page = " ".join(shown(client.get(address)).split())
        assert "pas encore un membre vérifié" in page, address
        assert day in page, address
        assert "Compléter la fiche" in page or "complétez-la" in page, address
        assert "Demander une mise en relation</a>" not in page, address
    assert "est plus rapide" not in shown(client.get(reverse("pages:dashboard"), follow=True))


def test_each_line_of_the_list_speaks_to_its_reader(client, pair):
    """« Vous » to who owes the answer; when to ask again to who asked; the partnership a yes opened."""
    address = reverse("partnerships:introductions")
    introduction = pair.ask()
    for person, owes in ((pair.answerer, True), (pair.asker, False)):
        client.force_login(person)
        assert ("Vous, au plus tard le" in shown(client.get(address))) is owes
    operations.decline_introduction(
        introduction=introduction, reason=RefusalReason.OUT_OF_POLICY, by=pair.answerer
    )
    for person, asked in ((pair.answerer, False), (pair.asker, True)):
        client.force_login(person)
        assert ("À redemander à partir du" in shown(client.get(address))) is asked
    other = AssociationFactory(complete=True)
    asked_too = pair.ask(association=other, by=member_of(other))
    operations.accept_introduction(introduction=asked_too, by=pair.answerer)
    client.force_login(pair.answerer)
    opened = Partnership.objects.get(introduction=asked_too).get_absolute_url()
    assert f'href="{opened}">Ouvrir le partenariat' in shown(client.get(address))
