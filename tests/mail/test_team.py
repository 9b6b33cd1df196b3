"""The delivery log, and what the team does with mails that nobody will receive."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.html import escape

from mecenova.calendar import clock
from mecenova.mail.claiming import LEASE, claim, hand_over
from mecenova.mail.delivery import Delivery, deliver_due
from mecenova.mail.enums import Attempt, MailStatus, TroubleKind, Unsent
from mecenova.mail.models import AddressTrouble, DeliveryAttempt, OutgoingMail
from mecenova.mail.operations import mark_address
from mecenova.mail.views import team
from tests.mail import smtp_sink
from tests.mail.factories import OutgoingMailFactory, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    person = PersonFactory(is_staff=True)
    client.force_login(person)
    return person


@pytest.fixture
def now():
    with clock.frozen(clock.now()) as stopped:
        yield stopped


def log_of(mail):
    return list(mail.log.values_list("outcome", flat=True))


class TestLog:
    def test_one_line_per_presentation(self, sink, now):
        mail = OutgoingMailFactory()
        sink.behaviours[mail.address] = [smtp_sink.RECIPIENT_LATER, smtp_sink.DATA_LATER]
        for _ in range(3):
            deliver_due()
            mail.refresh_from_db()
            now.move_to(max(now(), mail.retry_at or mail.due_at))
        assert log_of(mail) == [Attempt.LATER, Attempt.LATER, Attempt.SENT]
        assert not any(mail.address in attempt.detail for attempt in DeliveryAttempt.objects.all())

    def test_a_refusal_names_nobody(self, sink, now):
        mail = OutgoingMailFactory()
        sink.behaviours[mail.address] = [smtp_sink.RECIPIENT_REFUSED]
        deliver_due()
        (attempt,) = mail.log.all()
        assert attempt.outcome == Attempt.REFUSED
        assert mail.address not in attempt.detail
        assert "SMTPRecipientsRefused" in attempt.detail

    def test_a_sender_that_died_leaves_a_line(self, now):
        mail = OutgoingMailFactory()
        assert hand_over(*claim(now()))
        now.advance(LEASE)
        deliver_due()
        assert log_of(mail) == [Attempt.UNKNOWN, Attempt.SENT]

    def test_no_answer_is_one_line_and_not_two(self, sink, now):
        mail = OutgoingMailFactory()
        sink.behaviours[mail.address] = [smtp_sink.CUT_AFTER_DATA]
        assert deliver_due() == {Delivery.UNCERTAIN: 1}
        now.advance(LEASE)
        deliver_due()
        assert log_of(mail) == [Attempt.UNKNOWN, Attempt.SENT]

    def test_no_server_is_no_presentation(self, settings, now):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        mail = OutgoingMailFactory()
        deliver_due()
        assert log_of(mail) == []


class TestPages:
    def test_every_failed_mail_is_listed_with_its_reason(self, client, staff):
        failed = OutgoingMailFactory(status=MailStatus.FAILED, last_error="550 jamais", subject="Perdu")
        OutgoingMailFactory(subject="En chemin")
        text = client.get(reverse("mail:failed")).text
        assert failed.get_absolute_url() in text
        assert "550 jamais" in text
        assert "En chemin" not in text

    def test_late_mails_are_listed_and_counted_on_the_tower(self, client, staff, now):
        """Due for more than an hour: never claimed, tried in vain since, or with a sender that died."""
        due = now() - timedelta(hours=1)
        late = [
            OutgoingMailFactory(due_at=due),
            OutgoingMailFactory(due_at=due, retry_at=now() + timedelta(minutes=1), last_error="no route"),
            OutgoingMailFactory(due_at=due, status=MailStatus.SENDING, lease_until=now()),
        ]
        # Held until the morning, due a moment ago, and over.
        OutgoingMailFactory(due_at=due, retry_at=now() + timedelta(hours=9), subject="Demain")
        OutgoingMailFactory(due_at=due + timedelta(seconds=1), subject="Demain")
        OutgoingMailFactory(due_at=due, status=MailStatus.CANCELLED, last_error="550", subject="Demain")
        assert set(OutgoingMail.objects.all().overdue(now())) == set(late)
        tower = client.get(reverse("pages:control_tower")).text
        assert "3 courriels auraient dû partir" in tower
        assert f"{reverse('mail:failed')}#retards" in tower
        page = client.get(reverse("mail:failed")).text
        assert all(mail.get_absolute_url() in page for mail in late)
        assert "no route" in page
        assert "Demain" not in page

    def test_each_list_says_its_page_in_the_title(self, client, staff, now, monkeypatch):
        monkeypatch.setattr(team, "PAGE_SIZE", 1)
        OutgoingMailFactory.create_batch(3, due_at=now() - timedelta(hours=1))
        for number in range(2):
            mark_address(address=f"adresse{number}@exemple.test", kind=TroubleKind.BOUNCED)

        def title(query):
            page = client.get(reverse("mail:failed"), query).text
            return page.partition("<title>")[2].partition(" – ")[0]

        assert title({}) == "Courriels en échec et adresses en panne"
        assert title({"retards": 3}) == "Courriels en échec et adresses en panne, retards page 3"
        assert (
            title({"adresses": 2, "retards": 2})
            == "Courriels en échec et adresses en panne, adresses page 2, retards page 2"
        )

    def test_retried_from_the_list_or_from_its_page_with_its_log(self, client, staff):
        mail = OutgoingMailFactory(status=MailStatus.FAILED, last_error="550", attempts=3)
        DeliveryAttempt.objects.create(mail=mail, outcome=Attempt.REFUSED, detail="550 non")
        text = client.get(mail.get_absolute_url()).text
        assert "Refusé pour de bon" in text
        assert reverse("mail:retry", args=[mail.pk]) in text
        assert reverse("mail:retry", args=[mail.pk]) in client.get(reverse("mail:failed")).text
        for _ in range(2):
            client.post(reverse("mail:retry", args=[mail.pk]))
        mail.refresh_from_db()
        assert (mail.status, mail.attempts) == (MailStatus.PENDING, 0)
        # Who asked, and once, though it was asked twice.
        assert client.get(mail.get_absolute_url()).text.count(f"Remis en file, par {staff}") == 1
        client.force_login(mail.recipient)
        assert "Remis en file" not in client.get(mail.get_absolute_url()).text

    @pytest.mark.parametrize("reason", Unsent)
    def test_our_own_reasons_are_told_in_french(self, client, staff, reason):
        mail = OutgoingMailFactory(status=MailStatus.CANCELLED, last_error=reason)
        DeliveryAttempt.objects.create(mail=mail, outcome=Attempt.UNKNOWN, detail=reason)
        page = client.get(mail.get_absolute_url())
        assert page.content.decode().count(escape(reason.label)) == 2
        assert reason.value not in page.content.decode()

    def test_the_reader_sees_no_log(self, client):
        mail = OutgoingMailFactory(status=MailStatus.FAILED, last_error="550 jamais")
        client.force_login(mail.recipient)
        assert "550 jamais" not in client.get(mail.get_absolute_url()).text

    def test_tried_again_at_night_it_waits_for_the_morning_and_says_so(self, client, staff):
        night = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
        with clock.frozen(night):
            news = OutgoingMailFactory(status=MailStatus.FAILED, last_error="550", urgent=False)
            code = OutgoingMailFactory(status=MailStatus.FAILED, last_error="550")
            said = client.post(reverse("mail:retry", args=[news.pk]), follow=True).text
            assert "il part mercredi 25\u00a0novembre 2026 à 8" in said
            assert "dans la minute" in client.post(reverse("mail:retry", args=[code.pk]), follow=True).text
        news.refresh_from_db()
        assert news.retry_at == datetime(2026, 11, 25, 7, tzinfo=UTC)

    def test_an_address_is_mended_by_the_team(self, client, staff):
        trouble = mark_address(address=PersonFactory().email, kind=TroubleKind.BOUNCED)
        page = client.get(reverse("mail:failed")).text
        assert trouble.address in page
        assert f'href="{reverse("pages:basket", args=["adresses"])}"' in page, (
            "whom to call, and at which number"
        )
        for _ in range(2):
            client.post(reverse("mail:mend_address", args=[trouble.pk]))
        assert AddressTrouble.objects.get().mended_by == staff

    @pytest.mark.parametrize("who", [None, "person"])
    def test_to_others_these_pages_do_not_exist(self, client, who):
        mail = OutgoingMailFactory(status=MailStatus.FAILED, last_error="550")
        expected = 302
        if who:
            client.force_login(mail.recipient)
            expected = 404
        assert client.get(reverse("mail:failed")).status_code == expected
        assert client.post(reverse("mail:retry", args=[mail.pk])).status_code == expected
        mail.refresh_from_db()
        assert mail.status == MailStatus.FAILED

    def test_as_many_queries_whatever_the_number(self, client, staff, query_count):
        def more(number):
            for mail in OutgoingMailFactory.create_batch(number, status=MailStatus.FAILED, last_error="550"):
                mark_address(address=mail.address, kind=TroubleKind.BOUNCED)
                OutgoingMailFactory(due_at=clock.now() - timedelta(hours=2))

        more(1)
        client.get(reverse("mail:failed"))
        few = query_count(lambda: client.get(reverse("mail:failed")))
        more(10)
        assert query_count(lambda: client.get(reverse("mail:failed"))) == few <= 12
