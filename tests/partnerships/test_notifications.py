"""Whole mails, as their readers get them."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.operations import withdraw_organisation
from companies.operations import close_need
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.mail.rendering import render
from mecenova.mail.subjects import read_subjects
from partnerships import operations
from partnerships.enums import Side
from partnerships.notifications import DecideTogetherReminder, IntroductionTrueStatus
from tests.accounts.factories import StaffFactory
from tests.associations.factories import ProjectFactory
from tests.mail.reading import whole
from tests.partnerships.factories import fill_places
from tests.reading import shown

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def named(pair):
    """Names that stay the same from run to run, and are hard to print."""
    pair.association.organisation.name = "L’Atelier d’à côté & Cie <b>"
    pair.association.organisation.save()
    pair.company.organisation.name = "Fondation Œuvres *vives*"
    pair.company.organisation.save()
    for person, name in ((pair.asker, "Roux"), (pair.answerer, "Sabatier")):
        person.last_name = name
        person.save()
    pair.need.title = "Des parrains pour des jeunes"
    pair.need.save()
    return pair


def texts():
    """All mails, oldest first, their signed links and keys blanked."""
    found = OutgoingMail.objects.order_by("created_at", "notification")
    blank = re.compile(r"/lien/[^\s)]+|[0-9a-f]{8}-[0-9a-f-]{27}")
    written = [(mail.created_at, f"{mail.notification}\n{blank.sub('…', whole(mail))}") for mail in found]
    # Of one moment, in the order of their words: keys are drawn anew each time.
    return [text for _, text in sorted(written)]


@pytest.mark.django_db
def test_the_mails_of_a_silence(named, snapshot):
    with clock.frozen(MONDAY) as now:
        named.ask()
        for _ in range(22):
            now.advance(timedelta(days=1))
            agenda.run_due()
        assert texts() == snapshot


@pytest.mark.django_db
def test_a_date_that_a_pause_moves_is_told_with_its_reason(named):
    with clock.frozen(datetime(2026, 12, 14, 9, tzinfo=UTC)) as now:
        named.ask()
        days_go_by(now, 12)
        for mail in ("introduction_requested", "introduction_reminder"):
            (told,) = only(mail)
            assert "Les délais s’arrêtent du 24 décembre au 2 janvier. La date en tient compte." in told


@pytest.mark.django_db
def test_what_was_asked_is_read_with_the_introduction(named, query_count):
    """The line of a digest says it again as it leaves."""
    mail = OutgoingMail(notification=IntroductionTrueStatus.name, about=named.ask())
    told = OutgoingMail(
        notification=mail.notification, subject_type=mail.subject_type, subject_id=mail.subject_id
    )
    read_subjects([told])
    assert query_count(lambda: told.about.heading) == 0


def as_company(named):
    return {"asked_by_side": Side.COMPANY, "by": named.answerer}


@pytest.mark.django_db
def test_the_mail_of_a_silence_speaks_to_the_company_that_asked(named, snapshot):
    with clock.frozen(MONDAY) as now:
        named.ask(**as_company(named))
        days_go_by(now, 22)
        assert only("introduction_released") == snapshot


@pytest.mark.django_db
def test_a_question_postponed_to_a_sunday_is_promised_for_the_day_it_is_asked(named):
    with clock.frozen(MONDAY) as now:
        introduction = named.ask(**as_company(named))
        operations.postpone_introduction(
            introduction=introduction, later_on=date(2026, 12, 27), by=named.asker
        )
        (told,) = only("introduction_postponed")
        assert "Le lundi 28\u00a0décembre 2026, nous lui reposerons la question" in told
        assert "d’autres associations" in told
        assert "besoins" not in told
        now.move_to(datetime(2026, 12, 28, 7, 30, tzinfo=UTC))
        agenda.run_due()
        again = OutgoingMail.objects.filter(created_at__gte=now()).get()
        assert again.notification == "partnerships.introduction_requested"
        assert clock.paris(again.due_at).date() == date(2026, 12, 28)


@pytest.mark.django_db
def test_once_over_a_question_postponed_to_a_sunday_was_promised_for_the_monday(named, client):
    """The list says so before, as the page and the mail do; the mail that says it is over, after."""
    with clock.frozen(MONDAY) as now:
        introduction = named.ask()
        operations.postpone_introduction(
            introduction=introduction, later_on=date(2026, 12, 27), by=named.answerer
        )
        client.force_login(named.asker)
        assert "À revoir le lundi 28\u00a0décembre 2026" in client.get("/mises-en-relation/").text
        close_need(need=named.need, by=named.answerer)
        now.move_to(datetime(2026, 12, 28, 10, tzinfo=UTC))
        agenda.run_due()
        both = only("introduction_over_meanwhile")
        assert [told.count("le lundi 28\u00a0décembre 2026. Entre-temps") for told in both] == [1, 1]


@pytest.mark.django_db
def test_the_mails_of_a_queue(named, snapshot):
    with clock.frozen(MONDAY):
        fill_places(named.company)
        named.ask()
        assert texts() == snapshot


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["yes", "later", "no"])
def test_the_mails_of_an_answer(named, snapshot, answer):
    with clock.frozen(MONDAY) as now:
        introduction = named.ask()
        now.advance(timedelta(hours=1))
        values = {
            "introduction": introduction,
            "by": named.answerer,
            "note": "Bien reçu\u00a0!\n# Pas un titre",
        }
        if answer == "yes":
            operations.accept_introduction(**values)
        elif answer == "later":
            operations.postpone_introduction(later_on=date(2027, 1, 11), **values)
        else:
            operations.decline_introduction(reason="kind", **values)
        now.advance(timedelta(days=30))
        agenda.run_due()
        assert texts() == snapshot


@pytest.mark.django_db
@pytest.mark.parametrize("gone", ["association", "company"])
def test_the_mails_of_a_departure(named, snapshot, gone):
    with clock.frozen(MONDAY) as now:
        named.ask()
        now.advance(timedelta(hours=1))
        withdraw_organisation(organisation=getattr(named, gone).organisation, by=None)
        assert texts() == snapshot


@pytest.mark.django_db
def test_the_mails_of_a_need_that_closes_first(named, snapshot):
    with clock.frozen(MONDAY) as now:
        fill_places(named.company)
        named.ask()
        now.advance(timedelta(hours=1))
        close_need(need=named.need, by=named.answerer)
        assert texts() == snapshot


@pytest.mark.django_db
def test_the_mails_of_an_abandonment(named, snapshot):
    with clock.frozen(MONDAY) as now:
        partnership = operations.accept_introduction(introduction=named.ask(), by=named.answerer)
        now.advance(timedelta(hours=1))
        operations.abandon_partnership(partnership=partnership, by=named.answerer, note="Plus de budget.")
        assert texts() == snapshot


@pytest.mark.django_db
def test_a_request_about_a_need_names_the_project_that_answers_it(named):
    project = ProjectFactory(association=named.association, published=True, title="Un atelier du soir")
    introduction = named.ask(project=project)
    mail = OutgoingMail.objects.get(notification="partnerships.introduction_requested")
    assert "«\u202fUn atelier du soir\u202f»" in mail.text
    partnership = operations.accept_introduction(introduction=introduction, by=named.answerer)
    assert partnership.title == introduction.heading == named.need.title


@pytest.mark.django_db
def test_a_company_that_asks_speaks_of_the_project_of_whoever_reads(named):
    project = ProjectFactory(association=named.association, published=True, title="Un atelier du soir")
    named.ask(project=project, **as_company(named))
    mail = OutgoingMail.objects.get(notification="partnerships.introduction_requested")
    assert "Votre projet\u00a0: «\u202fUn atelier du soir\u202f»" in mail.text
    assert "Son projet" not in mail.text


@pytest.mark.django_db
def test_the_mails_of_a_postponement_whose_need_is_over(named, snapshot):
    with clock.frozen(MONDAY) as now:
        introduction = named.ask()
        operations.postpone_introduction(
            introduction=introduction, later_on=date(2027, 1, 11), by=named.answerer
        )
        close_need(need=named.need, by=named.answerer)
        now.move_to(datetime(2027, 1, 11, 10, tzinfo=UTC))
        agenda.run_due()
        assert only("introduction_over_meanwhile") == snapshot


@pytest.mark.django_db
def test_a_request_released_after_a_later_says_that_it_was_read_and_answered(named, client):
    with clock.frozen(MONDAY) as now:
        introduction = named.ask()
        operations.postpone_introduction(
            introduction=introduction, later_on=date(2026, 11, 30), by=named.answerer
        )
        now.move_to(datetime(2026, 11, 30, 10, tzinfo=UTC))
        agenda.run_due()
        now.advance(timedelta(days=2))
        operations.release_introduction(introduction=introduction)
        (told,) = only("introduction_released")
        assert "avait d’abord répondu «\u202fplus tard\u202f», le lundi 23\u00a0novembre 2026" in told
        assert "n’a pas été ouverte" not in told
        client.force_login(named.asker)
        page = client.get(introduction.get_absolute_url()).text
        assert "d’abord répondu" in page
        assert "n’a pas été ouverte" not in page


def only(*names):
    wanted = tuple(f"partnerships.{name}\n" for name in names)
    return [text for text in texts() if text.startswith(wanted)]


def partnership_of(named):
    return operations.accept_introduction(introduction=named.ask(), by=named.answerer)


def days_go_by(now, days):
    """The worker runs every morning."""
    for _ in range(days):
        now.advance(timedelta(days=1))
        agenda.run_due()


@pytest.mark.django_db
def test_the_mails_of_a_first_exchange_that_never_was(named, snapshot):
    with clock.frozen(MONDAY) as now:
        partnership_of(named)
        days_go_by(now, 60)
        assert only("talk_asked", "partnership_returned") == snapshot


@pytest.mark.django_db
@pytest.mark.parametrize("talked", [True, False])
def test_the_mails_of_a_disagreement(named, snapshot, talked):
    with clock.frozen(MONDAY) as now:
        partnership = partnership_of(named)
        days_go_by(now, 4)
        operations.report_talk(partnership=partnership, talked=True, by=named.asker)
        operations.report_talk(partnership=partnership, talked=False, by=named.answerer)
        now.advance(timedelta(days=1))
        staff = StaffFactory(first_name="Inès", last_name="Roy")
        operations.settle_talk(partnership=partnership, talked=talked, by=staff, note="Vu.")
        assert only("talk_disagreement", "talk_settled", "partnership_returned") == snapshot


@pytest.mark.django_db
def test_the_mails_of_a_team_that_is_late(named, snapshot):
    with clock.frozen(MONDAY) as now:
        partnership = partnership_of(named)
        days_go_by(now, 4)
        operations.report_talk(partnership=partnership, talked=True, by=named.asker)
        operations.report_talk(partnership=partnership, talked=False, by=named.answerer)
        days_go_by(now, 8)
        assert only("settlement_delayed") == snapshot


@pytest.mark.django_db
def test_the_mails_of_a_signature_corrected_then_contested(named, snapshot):
    staff = StaffFactory(first_name="Inès", last_name="Roy")
    with clock.frozen(MONDAY) as now:
        partnership = partnership_of(named)
        signed_on = date(2026, 11, 23)
        operations.agree_partnership(
            partnership=partnership, signed_on=signed_on, ends_on=None, by=named.asker
        )
        now.advance(timedelta(hours=1))
        dates = {"signed_on": signed_on, "ends_on": date(2027, 11, 19)}
        operations.correct_signature(partnership=partnership, by=named.answerer, **dates)
        now.advance(timedelta(hours=1))
        operations.contest_signature(partnership=partnership, note="Notre juriste relit.", by=named.asker)
        now.advance(timedelta(days=1))
        settled = {"signed_on": None, "ends_on": None, "note": "Vu avec les deux : la semaine prochaine."}
        operations.settle_signature(partnership=partnership, by=staff, **settled)
        assert only("signature_corrected", "signature_contested", "signature_settled") == snapshot


@pytest.mark.django_db
def test_the_mails_of_a_partnership_from_its_signature_to_its_lasting_effect(named, snapshot):
    with clock.frozen(MONDAY) as now:
        partnership = partnership_of(named)
        for person in (named.asker, named.answerer):
            operations.report_talk(partnership=partnership, talked=True, by=person)
        operations.agree_partnership(
            partnership=partnership,
            signed_on=date(2026, 11, 23),
            ends_on=date(2027, 4, 30),
            by=named.asker,
        )
        days_go_by(now, 120)
        operations.renew_partnership(
            partnership=partnership, goes_on=True, ends_on=date(2027, 6, 30), by=named.answerer
        )
        days_go_by(now, 150)
        operations.reflect(partnership=partnership, text="Trente jeunes.", by=named.asker)
        days_go_by(now, 200)
        names = "agreed", "renewed", "ended"
        told = only(*(f"partnership_{name}" for name in names), "renewal_asked")
        assert (
            told
            + only(
                "joint_evaluation_asked",
                "joint_evaluation_recalled",
                "lasting_effect_asked",
                "lasting_effect_recalled",
            )
            == snapshot
        )


@pytest.mark.django_db
def test_what_travels_in_the_weekly_digest_is_written_too(named, snapshot):
    with clock.frozen(MONDAY) as now:
        partnership = partnership_of(named)
        for person in (named.asker, named.answerer):
            operations.report_talk(partnership=partnership, talked=True, by=person)
        days_go_by(now, 60)
        notification = DecideTogetherReminder()
        written = render(
            notification.template,
            {
                "subject": partnership,
                "recipient": named.asker,
                **notification.context(partnership, named.asker),
            },
        )
        assert DigestLine.objects.filter(notification=notification.name).count() == 2
        assert re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", whole(written)) == snapshot


@pytest.mark.django_db
def test_a_request_about_nothing_in_particular_is_not_named_after_who_answers(client, pair):
    asked = pair.ask(asked_by_side=Side.COMPANY, by=pair.answerer, need=None)
    name = pair.association.organisation.name
    text = OutgoingMail.objects.get(notification="partnerships.introduction_requested").text
    link = next(word for word in text.split() if "/lien/" in word)
    assert "À propos de" not in shown(client.get(link[link.index("/lien/") :]))
    operations.decline_introduction(introduction=asked, reason="timing", by=pair.asker)
    told = OutgoingMail.objects.get(notification="partnerships.introduction_declined").text
    assert f"{name} a étudié votre demande et répond non." in told
