from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.core import mail as mailbox
from django.db import OperationalError
from django.urls import reverse

from accounts.models import User
from mecenova.calendar import clock
from mecenova.calendar.working_days import is_working_day
from mecenova.mail import composition
from mecenova.mail.composition import compose_due
from mecenova.mail.delivery import Delivery, deliver_due
from mecenova.mail.digest import Section, _in_order, last_digest_time, next_digest_time, written
from mecenova.mail.enums import Category, LineStatus, MailStatus
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.mail.notifications import notification_named
from mecenova.mail.operations import queue, together
from mecenova.mail.preferences import decline
from mecenova.mail.tasks import compose_digests
from mecenova.pages.promises import kept
from tests.accounts.factories import StaffFactory
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.notifications_for_tests import (
    BrokenWeekly,
    Exact,
    RefusedWeekly,
    Weekly,
    WeeklyLetter,
    WeeklyNews,
    Welcome,
)
from tests.mail.reading import preheader_of
from tests.threads import at_once

pytestmark = pytest.mark.django_db

WEDNESDAY = datetime(2026, 11, 25, 10, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)


@pytest.fixture
def now():
    with clock.frozen(WEDNESDAY) as stopped:
        yield stopped


def tell(*notifications, person=None, **changes):
    person = person or PersonFactory(first_name="Awa", **changes)
    for notification in notifications:
        queue(notification, person)
    return person


def statuses():
    return list(DigestLine.objects.order_by("created_at", "key").values_list("status", flat=True))


class TestWhen:
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            (WEDNESDAY, MONDAY),
            (MONDAY - timedelta(seconds=1), MONDAY),
            (MONDAY, datetime(2026, 12, 7, 8, tzinfo=UTC)),
            # Easter Monday is a holiday: the next working morning. Summer time is two hours ahead.
            (datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 3, 30, 7, tzinfo=UTC)),
            (datetime(2027, 3, 29, 12, tzinfo=UTC), datetime(2027, 3, 30, 7, tzinfo=UTC)),
            # The clocks go back on Sunday 25 October 2026.
            (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC)),
        ],
    )
    def test_monday_at_nine_or_the_next_working_morning(self, moment, expected):
        assert next_digest_time(moment) == expected

    def test_any_moment_lies_between_two_digests(self):
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        for _ in range(800):
            last, following = last_digest_time(moment), next_digest_time(moment)
            assert last <= moment < following
            assert is_working_day(clock.paris(following).date())
            assert clock.paris(following).hour == 9
            moment += timedelta(hours=11)


class TestQueue:
    def test_a_line_and_no_mail(self, now):
        person = tell(Weekly)
        line = DigestLine.objects.get()
        assert (line.recipient, line.about, line.due_at) == (person, person, MONDAY)
        assert not OutgoingMail.objects.exists()

    def test_twice_is_once(self, now):
        person = tell(Weekly, Weekly)
        assert queue(Weekly, person) == 0
        assert queue(Weekly, person, occurrence="2") == 1
        assert DigestLine.objects.count() == 2

    def test_what_left_as_a_mail_under_a_former_release_is_not_told_again(self, now):
        person = PersonFactory()
        OutgoingMailFactory(key=f"tests.weekly:{person.pk}:{person.pk}:", recipient=person)
        assert queue(Weekly, person) == 0

    @pytest.mark.parametrize("bundle", [nullcontext, together], ids=["alone", "together"])
    def test_what_was_told_in_one_form_is_not_told_again_in_the_other(self, now, bundle):
        """A release can make of a mail a line of the digest, or of a line a mail."""
        person = tell(Weekly)
        DigestLine.objects.update(key=f"tests.welcome:{person.pk}:{person.pk}:")
        OutgoingMailFactory(key=f"tests.weekly:{person.pk}:{person.pk}:", recipient=person)
        with bundle():
            queue(Weekly, person)
            queue(Welcome, person)
        assert (DigestLine.objects.count(), OutgoingMail.objects.count()) == (1, 1)

    def test_declined_or_gone_nothing_is_written(self, now):
        person = PersonFactory()
        decline(user_id=person.pk, groups=["letters"])
        assert queue(WeeklyLetter, person) == queue(Weekly, PersonFactory(is_active=False)) == 0

    @pytest.mark.parametrize("notification", [Weekly, Exact])
    def test_what_is_written_later_takes_no_context(self, now, notification):
        with pytest.raises(ValueError, match="no context"):
            queue(notification, PersonFactory(), context={"note": "Maintenant"})


class TestComposition:
    def test_what_reads_the_same_is_told_once(self, now):
        """A lesson to whoever is of two organisations: both lines are told, by one section."""
        awa = tell(Weekly)
        queue(Weekly, awa, occurrence="the other")
        now.move_to(MONDAY)
        compose_due()
        deliver_due()
        mail = OutgoingMail.objects.get()
        assert mail.text.count("Awa avance.") == 1
        assert mail.subject == "Votre semaine sur Mecenova\u00a0: À propos de Awa"
        assert mail.digest_lines.count() == 2
        assert statuses() == [LineStatus.SENT] * 2

    def test_one_mail_per_person_with_all_its_lines(self, now):
        awa, bea = tell(Weekly, WeeklyLetter), tell(WeeklyLetter)
        assert compose_due() == 0
        now.move_to(MONDAY)
        assert (compose_due(), compose_due()) == (2, 0)
        mail = OutgoingMail.objects.get(recipient=awa)
        assert mail.subject == "Votre semaine sur Mecenova\u00a0: 2 nouvelles à lire"
        assert mail.text.count("Bonjour") == 1
        for part in ("À propos de Awa\n---", "Awa avance.", "(http://testserver/voir/)", "Une leçon courte."):
            assert part in mail.text
        assert mail.html.count("<h2") == 2
        assert preheader_of(mail) == "À propos de Awa · La lettre"
        assert 'class="button"' not in mail.html
        assert (mail.category, mail.groups) == (Category.SERVICE, ["letters"])
        alone = OutgoingMail.objects.get(recipient=bea)
        assert alone.category == Category.INFORMATION
        assert (alone.subject, preheader_of(alone)) == (
            "Votre semaine sur Mecenova\u00a0: La lettre",
            "Cinq minutes suffisent.",
        )
        assert "<h2" not in alone.html, "its title is in the subject"

    def test_it_is_read_in_the_mailbox(self, now, client):
        awa = tell(Weekly)
        now.move_to(MONDAY)
        compose_due()
        client.force_login(awa)
        assert "À propos de Awa" in client.get(reverse("mail:mailbox")).text
        assert "Awa avance." in client.get(OutgoingMail.objects.get().get_absolute_url()).text

    def test_nothing_wanted_is_no_mail(self, now):
        awa = tell(Weekly, WeeklyLetter)
        awa.last_name = "Répondu"
        awa.save()
        now.move_to(MONDAY)
        assert compose_due() == 0
        assert not OutgoingMail.objects.exists()
        assert statuses() == [LineStatus.CANCELLED] * 2

    def test_a_group_declined_meanwhile_takes_its_lines_only(self, now):
        awa = tell(WeeklyLetter, WeeklyNews)
        decline(user_id=awa.pk, groups=["letters"])
        now.move_to(MONDAY)
        compose_due()
        mail = OutgoingMail.objects.get()
        assert (mail.groups, mail.category) == (["news"], Category.INFORMATION)

    def test_a_late_run_still_makes_one(self, now):
        tell(Weekly)
        now.move_to(MONDAY + timedelta(days=3))
        tell(WeeklyLetter, person=DigestLine.objects.get().recipient)
        assert (compose_due(), compose_due()) == (1, 0)
        now.move_to(MONDAY + timedelta(days=7))
        assert (compose_due(), compose_due()) == (1, 0)
        assert OutgoingMail.objects.count() == 2

    def test_composed_in_the_evening_it_leaves_in_the_morning(self, now):
        tell(Weekly)
        now.move_to(MONDAY + timedelta(hours=14))
        compose_due()
        assert OutgoingMail.objects.get().due_at == datetime(2026, 12, 1, 7, tzinfo=UTC)

    def test_a_line_committed_late_waits_for_the_next_week(self, now):
        awa = tell(Weekly)
        now.move_to(MONDAY)
        compose_due()
        queue(WeeklyLetter, awa)
        DigestLine.objects.filter(notification="tests.weekly_letter").update(due_at=MONDAY)
        assert compose_due() == 0
        line = DigestLine.objects.waiting().get()
        assert (line.due_at, line.retry_at) == (MONDAY, MONDAY + timedelta(days=7))

    def test_even_on_another_day_of_it(self, now):
        """One mail a week, whenever a worker that was stopped on Monday comes back."""
        awa = tell(Weekly)
        now.move_to(MONDAY)
        assert compose_due() == 1
        queue(WeeklyLetter, awa)
        DigestLine.objects.filter(notification="tests.weekly_letter").update(due_at=MONDAY)
        now.move_to(MONDAY + timedelta(days=2))
        assert compose_due() == 0
        now.move_to(MONDAY + timedelta(days=7))
        assert compose_due() == 1

    def test_a_line_once_in_a_mail_is_in_error_no_more(self, now):
        tell(BrokenWeekly)
        now.move_to(MONDAY)
        compose_due()
        DigestLine.objects.update(notification="tests.weekly")
        now.move_to(MONDAY + timedelta(days=7))
        assert compose_due() == 1
        line = DigestLine.objects.get()
        assert (line.last_error, line.mail.digest_lines.count()) == ("", 1)

    def test_one_s_own_affairs_first_and_what_is_about_one_subject_side_by_side(self, now):
        reader, other = PersonFactory(first_name="Awa"), PersonFactory(first_name="Binta")
        told = [(WeeklyLetter, reader), (Weekly, reader), (Weekly, other), (WeeklyNews, reader)]
        for notification, subject in told:
            queue(notification, subject, occurrence="first")
            now.advance(timedelta(minutes=1))
        queue(Weekly, reader, occurrence="second")
        DigestLine.objects.update(recipient=reader)
        lines = list(DigestLine.objects.order_by("created_at"))
        sections = [
            Section(line, notification_named(line.notification), "", "", "") for line in reversed(lines)
        ]
        assert [lines.index(section.line) for section in _in_order(sections)] == [1, 4, 2, 0, 3]

    def test_a_line_that_raises_waits_with_its_error_and_stops_nobody(self, now):
        tell(Weekly, BrokenWeekly, WeeklyLetter)
        now.move_to(MONDAY)
        assert compose_due() == 1
        broken = DigestLine.objects.all().in_error().get()
        assert "ZeroDivisionError" in broken.last_error
        assert (broken.due_at, broken.retry_at) == (MONDAY, MONDAY + timedelta(days=7))
        assert OutgoingMail.objects.get().digest_lines.count() == 2

    def test_a_line_that_raises_missed_its_digest_for_everybody_to_read(self, now):
        """Told the week after, it does not count as told on the day it was promised for."""
        tell(Weekly, BrokenWeekly)
        now.move_to(MONDAY)
        compose_due()
        deliver_due()
        DigestLine.objects.all().in_error().update(notification="tests.weekly")
        for days in (0, 7):
            now.move_to(MONDAY + timedelta(days=days, hours=2))
            compose_due()
            deliver_due()
            monday = kept(MONDAY.date(), MONDAY.date())[5]
            assert (monday.kept, monday.broken) == (1, 1)
        assert statuses() == [LineStatus.SENT] * 2

    def test_a_line_that_breaks_the_transaction_stops_nobody(self, now):
        """What the database refuses spoils what is asked after it, unless it is asked apart."""
        tell(WeeklyLetter, RefusedWeekly, Weekly)
        now.move_to(MONDAY)
        assert compose_due() == 1
        broken = DigestLine.objects.all().in_error().get()
        assert broken.notification == RefusedWeekly.name
        assert "DataError" in broken.last_error
        assert broken.retry_at == MONDAY + timedelta(days=7)
        assert OutgoingMail.objects.get().digest_lines.count() == 2
        assert not DigestLine.objects.all().due(now()).exists()

    def test_a_line_that_breaks_the_transaction_when_it_leaves_stops_nobody(self, now):
        awa = tell(WeeklyLetter, Weekly)
        now.move_to(MONDAY)
        compose_due()
        DigestLine.objects.filter(notification=Weekly.name).update(notification=RefusedWeekly.name)
        assert deliver_due() == {Delivery.SENT: 1}
        assert "leçon" in awa.mails.get().text
        broken = DigestLine.objects.all().in_error().get()
        assert (broken.mail, broken.settled_at) == (None, None)

    def test_the_team_reads_that_a_line_could_not_be_written(self, now, client):
        tell(BrokenWeekly)
        now.move_to(MONDAY)
        compose_due()
        client.force_login(StaffFactory())
        assert "1 ligne de la lettre de la semaine en erreur" in client.get("/equipe/").content.decode()
        assert "n’ont pas pu être écrites" in client.get(reverse("mail:failed")).content.decode()

    def test_a_database_that_goes_away_costs_no_hour_and_is_nobody_s_error(self, now, monkeypatch):
        tell(Weekly)
        now.move_to(MONDAY)

        def gone(*values):
            raise OperationalError("server closed the connection unexpectedly")

        with monkeypatch.context() as outage:
            outage.setattr(composition, "written", gone)
            assert compose_due() == 0
        assert not DigestLine.objects.all().in_error().exists()
        assert compose_due() == 1

    def test_a_person_whose_digest_breaks_stops_nobody_and_is_tried_again(self, now, monkeypatch):
        """Those who share its transaction are composed without it."""
        broken = tell(Weekly)
        others = [tell(Weekly), tell(Weekly)]
        now.move_to(MONDAY)

        def layout(sections, reader):
            if reader == broken:
                raise RuntimeError("layout")
            return written(sections, reader)

        with monkeypatch.context() as broken_layout:
            broken_layout.setattr(composition, "written", layout)
            assert compose_due() == 2
        assert {mail.recipient for mail in OutgoingMail.objects.all()} == set(others)
        assert DigestLine.objects.all().in_error().get().recipient == broken
        assert compose_due() == 0
        now.advance(timedelta(hours=1))
        assert compose_due() == 1
        assert broken.mails.count() == 1

    def test_more_people_than_are_composed_together(self, now, monkeypatch):
        monkeypatch.setattr(composition, "PEOPLE_AT_ONCE", 2)
        people = [tell(Weekly, WeeklyLetter) for _ in range(5)]
        now.move_to(MONDAY)
        assert (compose_due(), compose_due()) == (5, 0)
        for person in people:
            assert person.mails.get().digest_lines.count() == 2

    def test_the_lines_of_several_people_are_read_together(self, now, query_count):
        """Each costs a savepoint around its lines."""

        def cost(number):
            for _ in range(number):
                tell(Weekly, WeeklyLetter)
            now.move_to(next_digest_time(now.moment))
            return query_count(compose_due)

        assert cost(5) - cost(1) == 4 * 2

    def test_as_many_queries_whatever_the_number_of_lines(self, now, query_count):
        few, many = tell(Weekly), PersonFactory(first_name="Bea")
        for occurrence in range(8):
            queue(WeeklyLetter, many, occurrence=str(occurrence))
        DigestLine.objects.filter(recipient=many).update(due_at=MONDAY + timedelta(hours=1))
        now.move_to(MONDAY)
        one = query_count(compose_due)
        now.advance(timedelta(hours=1))
        assert query_count(compose_due) == one
        assert few.mails.count() == many.mails.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_two_composers_at_once_make_one(self):
        from django.db import transaction

        with clock.frozen(WEDNESDAY) as now:
            with transaction.atomic():
                people = [tell(Weekly, WeeklyLetter) for _ in range(4)]
            now.move_to(MONDAY)
            made = at_once(compose_due, compose_due, compose_due)
            assert sum(made) == len(people)
            assert OutgoingMail.objects.count() == len(people)
            assert not DigestLine.objects.waiting().exists()

    def test_the_task_twice(self):
        with clock.frozen(clock.now() - timedelta(days=8)):
            tell(Weekly)
        compose_digests()
        compose_digests()
        assert OutgoingMail.objects.count() == 1


class TestDelivery:
    def test_the_lines_of_several_are_read_together(self, now, query_count):
        """Each costs a savepoint around its lines, and four writings around another: handed over, logged,
        settled twice."""

        def cost(number):
            for _ in range(number):
                tell(Weekly)
            now.move_to(next_digest_time(now.moment))
            compose_due()
            return query_count(deliver_due)

        assert cost(5) - cost(1) == 4 * 8

    def send(self, now):
        now.move_to(MONDAY)
        compose_due()
        return lambda: deliver_due()

    def test_its_lines_are_sent_with_it(self, now):
        tell(Weekly, WeeklyLetter)
        assert self.send(now)() == {Delivery.SENT: 1}
        assert statuses() == [LineStatus.SENT] * 2

    def test_decided_again_line_by_line_and_what_was_sent_is_kept(self, now):
        awa = tell(Weekly, WeeklyLetter)
        send = self.send(now)
        decline(user_id=awa.pk, groups=["letters"])
        assert send() == {Delivery.SENT: 1}
        mail = OutgoingMail.objects.get()
        assert "leçon" not in mail.text + mail.html
        assert mailbox.outbox[0].body == mail.text
        assert sorted(statuses()) == [LineStatus.CANCELLED, LineStatus.SENT]

    @pytest.mark.parametrize(
        ("model", "change"),
        [(User, {"last_name": "Répondu"}), (DigestLine, {"subject_id": UUID(int=0)})],
        ids=["answered", "gone"],
    )
    def test_nothing_wanted_any_more_is_not_sent(self, now, model, change):
        tell(Weekly, WeeklyLetter)
        send = self.send(now)
        model.objects.update(**change)
        assert send() == {Delivery.CANCELLED: 1}
        assert (mailbox.outbox, statuses()) == ([], [LineStatus.CANCELLED] * 2)

    def test_service_lines_make_a_service_mail_without_the_button_to_unsubscribe(self, now):
        tell(Weekly, WeeklyLetter)
        self.send(now)()
        assert "List-Unsubscribe" not in mailbox.outbox[0].extra_headers
        assert "se-desabonner" in mailbox.outbox[0].body

    def test_information_alone_can_be_declined_whole(self, now):
        tell(WeeklyNews, WeeklyLetter)
        self.send(now)()
        assert "List-Unsubscribe" in mailbox.outbox[0].extra_headers

    def test_what_may_have_arrived_is_repeated_as_it_was(self, now):
        person = tell(Exact)
        Exact.said.append("aujourd’hui")
        try:
            OutgoingMail.objects.update(
                status=MailStatus.SENDING,
                lease_until=clock.now() - timedelta(minutes=1),
                handed_over=True,
                due_at=clock.now(),
            )
            deliver_due()
        finally:
            Exact.said.pop()
        assert "hier" in person.mails.get().text

    def test_what_is_written_late_says_what_is_true_then(self, now):
        person = tell(Exact)
        Exact.said.append("aujourd’hui")
        try:
            deliver_due()
        finally:
            Exact.said.pop()
        assert "aujourd’hui" in person.mails.get().text
        assert mailbox.outbox[0].body == person.mails.get().text
