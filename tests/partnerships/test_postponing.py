"""« Plus tard », said again: the date moves, who asked is told each time, and never beyond a year."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from companies.models import Need
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.mail.models import OutgoingMail
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history
from partnerships import operations
from partnerships.enums import IntroductionStatus
from tests.accounts.factories import MembershipFactory
from tests.partnerships.talking import MONDAY, mails
from tests.reading import shown

pytestmark = pytest.mark.django_db
FIRST, SECOND = date(2026, 12, 26), date(2027, 1, 8)


@pytest.fixture
def postponed(pair):
    with clock.frozen(MONDAY) as now:
        pair.now = now
        pair.introduction = pair.ask(need=None)

        def postpone(day, note=""):
            return operations.postpone_introduction(
                introduction=pair.introduction, later_on=day, by=pair.answerer, note=note
            )

        pair.postpone = postpone
        postpone(FIRST)
        yield pair


def page_of(pair, client, person):
    client.force_login(person)
    return shown(client.get(pair.introduction.get_absolute_url()))


@pytest.mark.parametrize(("last_day", "is_warned"), [(20, True), (26, False), (None, False)])
def test_a_date_after_the_end_of_the_need_promises_no_question_that_will_not_come(
    pair, client, last_day, is_warned
):
    """Both sides would wait for a day on which the request can only be closed."""
    with clock.frozen(MONDAY):
        Need.objects.update(deadline=date(2026, 12, last_day) if last_day else None)
        pair.introduction = pair.ask()
        client.force_login(pair.answerer)
        address = reverse("partnerships:introduction_answer", args=[pair.introduction.pk])
        answer = {"answer": "later", "later_on": FIRST.isoformat(), "note": ""}
        told = [
            shown(client.post(address, answer, follow=True)).partition("<h1")[0],
            page_of(pair, client, pair.asker),
            mails("introduction_postponed").get().text,
        ]
    assert [("prend fin avant" in each) for each in told] == [is_warned] * 3


def test_another_date_is_taken_from_the_page_and_the_question_waits_once(postponed, client):
    client.force_login(postponed.answerer)
    answer = {"answer": "later", "later_on": SECOND.isoformat(), "note": "Après nos vœux."}
    address = reverse("partnerships:introduction_answer", args=[postponed.introduction.pk])
    assert "la question vous sera reposée le vendredi 8 janvier 2027" in shown(
        client.post(address, answer, follow=True)
    )
    waiting = FollowUp.objects.about([postponed.introduction]).open()
    assert sorted(waiting.values_list("rule", flat=True)) == [
        "partnerships.later",
        "partnerships.true_status",
    ]
    postponed.now.move_to(datetime(2026, 12, 28, 10, tzinfo=UTC))
    agenda.run_due()
    postponed.introduction.refresh_from_db()
    assert postponed.introduction.status == IntroductionStatus.LATER
    postponed.now.move_to(datetime(2027, 1, 8, 10, tzinfo=UTC))
    agenda.run_due()
    postponed.introduction.refresh_from_db()
    assert postponed.introduction.status == IntroductionStatus.REQUESTED


def test_another_date_is_taken_from_the_mail_s_link(postponed, client):
    text = OutgoingMail.objects.get(notification="partnerships.introduction_requested").text
    link = next(word for word in text.split() if "/lien/" in word)
    path = link[link.index("/lien/") :]
    assert "ou choisir une autre date" in shown(client.get(path))
    client.post(path, {"answer": "later", "later_on": SECOND.isoformat(), "note": ""})
    postponed.introduction.refresh_from_db()
    assert postponed.introduction.later_on == SECOND


def test_who_asked_is_told_of_each_date_even_of_one_given_before(postponed):
    for day in (SECOND, FIRST):
        postponed.postpone(day)
    told = list(mails("introduction_postponed").order_by("created_at", "pk"))
    assert len(told) == 3
    assert {mail.recipient for mail in told} == {postponed.asker}
    assert sum("change la date de son «\u202fplus tard\u202f»" in mail.subject for mail in told) == 2
    assert sum("vendredi 8\u00a0janvier 2027" in mail.text for mail in told) == 1


def test_who_gives_another_date_reads_whose_it_replaces(postponed, client):
    """Two tabs, or two people of one company: the page that one has open still asks the question."""
    colleague = MembershipFactory(organisation=postponed.introduction.answering_organisation).user
    address = reverse("partnerships:introduction_answer", args=[postponed.introduction.pk])
    replaces = "Cette date remplace le samedi 26 décembre 2026"
    for person, day, said in (
        (colleague, SECOND, f"{replaces}, donné par {postponed.answerer}."),
        (colleague, FIRST, "Cette date remplace le vendredi 8 janvier 2027."),
    ):
        client.force_login(person)
        answer = {"answer": "later", "later_on": day.isoformat(), "note": ""}
        assert said in shown(client.post(address, answer, follow=True))
        assert "Cette date remplace" not in shown(client.post(address, answer, follow=True))


def test_the_same_date_sent_twice_is_one_answer(postponed):
    postponed.postpone(FIRST)
    assert history(postponed.introduction).filter(verb="postpone").count() == 1
    assert mails("introduction_postponed").count() == 1


def test_no_later_is_beyond_a_year_after_the_request(postponed, client):
    last = date(2027, 11, 23)
    postponed.postpone(last)
    postponed.now.advance(timedelta(days=200))
    with pytest.raises(DomainError, match="un an après la demande"):
        postponed.postpone(last + timedelta(days=1))
    assert "Au plus tard le 23 novembre 2027, un an après la demande." in page_of(
        postponed, client, postponed.answerer
    )
    postponed.now.advance(timedelta(days=168))
    agenda.run_due()
    postponed.introduction.refresh_from_db()
    assert postponed.introduction.status == IntroductionStatus.REQUESTED
    page = page_of(postponed, client, postponed.answerer)
    assert "Cette demande a un an\u00a0: elle ne se remet plus à plus tard.".replace("\u00a0", " ") in page
    assert "Plus tard, à une date que je choisis" not in page
    with pytest.raises(DomainError):
        postponed.postpone(clock.today() + timedelta(days=1))


def test_who_answers_has_seen_the_request_and_its_past_is_told_newest_first(postponed, client):
    """Answered from a mail, its page was never opened: it is not « en attente » of being seen."""
    postponed.postpone(SECOND)
    page = page_of(postponed, client, postponed.asker)
    assert postponed.introduction.seen_at is None
    assert "en attente" not in page.split("Où en est la demande")[1].split("</ol>")[0]
    past = page.split("Ce qui s’est passé")[1]
    order = [
        past.index(words) for words in ("Plus tard, à une autre date", "Plus tard, par", "Demande envoyée")
    ]
    assert order == sorted(order)


def test_words_that_those_of_the_next_answer_replace_stay_where_both_read_them(postponed, client):
    postponed.postpone(SECOND, note="Après notre comité.")
    assert page_of(postponed, client, postponed.asker).count("Après notre comité.") == 1
    text = OutgoingMail.objects.get(notification="partnerships.introduction_requested").text
    link = next(word for word in text.split() if "/lien/" in word)
    client.logout()
    page = shown(client.get(link[link.index("/lien/") :]))
    assert "Votre réponse du lundi 23 novembre 2026, plus tard :" in page
    assert "Après notre comité." in page
    postponed.now.move_to(datetime(2027, 1, 8, 10, tzinfo=UTC))
    agenda.run_due()
    again = mails("introduction_requested").order_by("created_at").last()
    assert "> Après notre comité." in again.text
    assert "La réponse du lundi 23 novembre 2026 : plus tard" in page_of(postponed, client, postponed.asker)
    operations.accept_introduction(introduction=postponed.introduction, by=postponed.answerer, note="Oui !")
    for person in (postponed.asker, postponed.answerer):
        page = page_of(postponed, client, person)
        assert (page.count("Après notre comité."), page.count("Oui !")) == (1, 1)
