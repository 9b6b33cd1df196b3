"""Bounces and complaints, posted for real at the address a provider is given."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from smtplib import SMTPRecipientsRefused
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed, email_confirmed
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.urls import reverse

from accounts.followups import MendAddress
from accounts.operations import close_account
from mecenova.agenda.operations import next_step, run_due
from mecenova.calendar import clock
from mecenova.mail.delivery import Delivery, deliver_due
from mecenova.mail.enums import LineStatus, MailStatus, TroubleKind, Unsent
from mecenova.mail.models import AddressTrouble, OutgoingMail
from mecenova.mail.operations import compose_due, mark_address, mend_address, queue, queue_message
from mecenova.mail.outcomes import judge
from mecenova.mail.signals import address_troubled
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.mail import smtp_sink
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.notifications_for_tests import Reminder, Weekly, Welcome
from tests.threads import at_once, while_uncommitted

pytestmark = pytest.mark.django_db

AWA = "awa@exemple.test"
SECRET = "prestataire:un-long-secret"
# A morning of July 2026, as Brevo writes it.
EPOCH = 1783000000000


@pytest.fixture
def awa():
    return MembershipFactory(user__email=AWA, role="contributor").user


@pytest.fixture
def post(client, settings):
    settings.MAIL_PROVIDER = "brevo"
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET]}

    def post(payload, *, provider="brevo", secret=SECRET):
        headers = {"authorization": f"Basic {b64encode(secret.encode()).decode()}"} if secret else {}
        body = payload if isinstance(payload, str) else json.dumps(payload)
        address = reverse("mail:provider_news", args=[provider])
        return client.post(address, body, content_type="application/json", headers=headers).status_code

    return post


def brevo(event, **changes):
    """As Brevo posts it (documentation of its transactional webhooks)."""
    return {
        "event": event,
        "email": AWA,
        "id": 26224,
        "date": "2026-11-23 09:00:00",
        "ts": 1795424400,
        "message-id": "<201798300811.5787683@exemple.test>",
        "ts_event": 1795424400,
        "ts_epoch": EPOCH,
        "subject": "Votre mise en relation",
        "template_id": 22,
        "sending_ip": "203.0.113.7",
        "reason": f"550 5.1.1 <{AWA}> mailbox unavailable",
        **changes,
    }


def postmark(**changes):
    return {
        "RecordType": "Bounce",
        "ID": 4323372036854775807,
        "Type": "HardBounce",
        "TypeCode": 1,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist",
        "Email": AWA,
        "BouncedAt": "2026-11-23T09:00:00Z",
        **changes,
    }


class TestProvider:
    @pytest.mark.parametrize(
        ("event", "kind"),
        [
            ("hard_bounce", TroubleKind.BOUNCED),
            ("invalid_email", TroubleKind.BOUNCED),
            ("spam", TroubleKind.COMPLAINED),
            ("complaint", TroubleKind.COMPLAINED),
            ("blocked", TroubleKind.REJECTED),
        ],
    )
    def test_marks_the_address(self, post, awa, event, kind):
        assert post(brevo(event)) == 200
        trouble = AddressTrouble.objects.get()
        assert (trouble.user, trouble.address, trouble.kind) == (awa, AWA, kind)
        assert AWA not in trouble.detail
        assert "550 5.1.1" in trouble.detail

    @pytest.mark.parametrize(
        "event",
        ["soft_bounce", "deferred", "delivered", "opened", "click", "request", "error", "unsubscribe", "?"],
    )
    def test_what_is_not_for_good_marks_nothing(self, post, awa, event):
        assert post(brevo(event)) == 200
        assert not AddressTrouble.objects.exists()

    def test_told_again_it_changes_nothing_even_once_mended(self, post, awa):
        post(brevo("hard_bounce"))
        assert post(brevo("hard_bounce")) == 200
        mend_address(trouble=AddressTrouble.objects.get(), by=awa)
        assert post(brevo("hard_bounce")) == 200
        assert AddressTrouble.objects.open().count() == 0

    def test_news_older_than_the_mending_is_no_news(self, post, awa):
        post(brevo("hard_bounce"))
        mend_address(trouble=AddressTrouble.objects.get(), by=awa)
        post(brevo("hard_bounce", ts_epoch=EPOCH - 60_000))
        assert not AddressTrouble.objects.open().exists()

    def test_a_new_bounce_after_the_mending_marks_it_again(self, post, awa):
        post(brevo("hard_bounce"))
        mend_address(trouble=AddressTrouble.objects.get(), by=awa)
        with clock.frozen(clock.now() + timedelta(days=400)):
            post(brevo("hard_bounce", ts_epoch=int((clock.now()).timestamp() * 1000)))
        assert AddressTrouble.objects.open().count() == 1

    def test_an_address_we_never_wrote_to_is_ignored_and_logged(self, post, caplog):
        assert post(brevo("hard_bounce", email="inconnu@exemple.test")) == 200
        assert not AddressTrouble.objects.exists()
        assert "never wrote to" in caplog.text
        assert "inconnu" not in caplog.text

    def test_an_invited_stranger_is_known_by_the_mail(self, post):
        OutgoingMailFactory(recipient=None, address="Seul@exemple.test")
        post(brevo("hard_bounce", email="seul@exemple.test"))
        assert AddressTrouble.objects.get().user is None

    @pytest.mark.parametrize("secret", ["", "prestataire:autre", "x"])
    def test_without_the_secret_it_is_refused_and_logged(self, post, awa, caplog, secret):
        assert post(brevo("hard_bounce"), secret=secret) == 403
        assert not AddressTrouble.objects.exists()
        assert "wrong secret" in caplog.text

    @pytest.mark.parametrize("provider", ["postmark", "inconnu", "mandrill"])
    def test_another_provider_is_refused_and_logged(self, post, awa, caplog, provider):
        assert post(brevo("hard_bounce"), provider=provider) == 404
        assert "unknown mail provider" in caplog.text

    def test_without_a_secret_of_ours_the_door_is_shut(self, post, awa, settings):
        settings.ANYMAIL = {"WEBHOOK_SECRET": []}
        assert post(brevo("hard_bounce"), secret="") == 404

    @pytest.mark.parametrize(
        "body", ["", "{", "[]", "null", '"x"', "\x00", '{"items": []}', '{"ts_epoch": "x"}']
    )
    def test_what_no_provider_sends_is_refused_and_changes_nothing(self, post, awa, body):
        assert post(body) == 400
        assert not AddressTrouble.objects.exists()

    @pytest.mark.parametrize(
        ("body", "answer"),
        [
            (brevo("hard_bounce", email="awa\x00@exemple.test"), 400),
            (brevo("hard_bounce", email=["awa@exemple.test"]), 200),
            (brevo("hard_bounce", email="a" * 10_000 + "@exemple.test"), 200),
            (brevo("hard_bounce", ts_epoch=10**300), 400),
            ("[" * 100_000, 400),
            ("9" * 10_000, 400),
        ],
        ids=["nul", "list", "long", "far", "deep", "number"],
    )
    def test_what_would_break_a_program_is_borne(self, post, awa, body, answer):
        assert post(body) == answer
        assert not AddressTrouble.objects.exists()

    def test_a_provider_that_numbers_its_events(self, post, awa, settings):
        settings.MAIL_PROVIDER = "postmark"
        assert post(postmark(Type="SoftBounce"), provider="postmark") == 200
        assert not AddressTrouble.objects.exists()
        for _ in range(2):
            assert post(postmark(ID=2), provider="postmark") == 200
        assert AddressTrouble.objects.get().kind == TroubleKind.BOUNCED

    def test_one_event_about_two_addresses_is_news_of_each(self, post, awa, settings):
        settings.MAIL_PROVIDER = "postmark"
        other = UserFactory()
        for address in (AWA, other.email):
            assert post(postmark(Email=address), provider="postmark") == 200
        assert {trouble.user for trouble in AddressTrouble.objects.open()} == {awa, other}

    def test_what_happened_tomorrow_happened_now(self, post, awa):
        """Their clock is wrong: once the address is mended, the same news must not trouble it again."""
        with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as now:
            tomorrow = now() + timedelta(days=1)
            post(brevo("hard_bounce", ts_epoch=int(tomorrow.timestamp() * 1000)))
            assert AddressTrouble.objects.get().at == now()

    def test_it_is_not_opened_as_a_page(self, post, client):
        assert client.get(reverse("mail:provider_news", args=["brevo"])).status_code == 405


class TestServer:
    """A permanent refusal in the conversation itself."""

    @pytest.mark.parametrize(
        ("code", "words", "gone"),
        [
            (550, b"no such user", True),
            (550, b"<awa@exemple.test>: Recipient address rejected: User unknown in virtual table", True),
            (550, b"The email account that you tried to reach does not exist", True),
            (551, b"Invalid recipient", True),
            (553, "boîte inconnue".encode(), True),
            (550, b"relay not permitted", False),
            (550, b"rejected because 192.0.2.1 is in a black list", False),
            (550, b"Sender address rejected: user unknown", False),
            (550, b"5.1.8 bad sender", False),
            (554, b"no such user", False),
            (550, b"5.1.1 unknown", True),
            (553, b"5.1.3 bad syntax", True),
            (550, b"5.2.1 disabled", True),
            (552, b"5.2.2 mailbox full", False),
            (550, b"5.7.1 blocked by policy", False),
            (554, b"refused", False),
            (450, b"4.2.1 later", False),
        ],
    )
    def test_which_refusals_speak_of_the_address(self, code, words, gone):
        error = SMTPRecipientsRefused({AWA: (code, words)})
        assert judge(error, knows_outcomes=True).about_recipient is gone

    def test_marks_it_and_the_next_mail_is_held_back(self, sink, awa):
        first, second = OutgoingMailFactory(recipient=awa), None
        sink.behaviours[AWA] = [smtp_sink.RECIPIENT_REFUSED]
        assert deliver_due() == {Delivery.FAILED: 1}
        assert AddressTrouble.objects.get().kind == TroubleKind.REJECTED
        queue(Reminder, awa)
        second = OutgoingMail.objects.exclude(pk=first.pk).get()
        OutgoingMail.objects.filter(pk=second.pk).update(due_at=clock.now())
        assert deliver_due() == {Delivery.CANCELLED: 1}
        second.refresh_from_db()
        assert (second.last_error, second.is_retriable) == (Unsent.IN_TROUBLE, True)

    def test_what_its_follow_up_raises_does_not_repeat_the_mail(self, sink, awa):
        def fail(**kwargs):
            raise RuntimeError("receiver")

        address_troubled.connect(fail)
        try:
            mail = OutgoingMailFactory(recipient=awa)
            sink.behaviours[AWA] = [smtp_sink.RECIPIENT_REFUSED]
            assert deliver_due() == {Delivery.FAILED: 1}
        finally:
            address_troubled.disconnect(fail)
        mail.refresh_from_db()
        assert mail.status == MailStatus.FAILED


class TestInTrouble:
    def test_only_answers_and_codes_leave(self, awa):
        mark_address(address=AWA, kind=TroubleKind.BOUNCED)
        queue(Welcome, awa)
        queue(Reminder, awa)
        queue_message(key="code", subject="Votre code", text="123", recipient=awa)
        queue_message(key="tip", subject="Votre suggestion", text="", address=AWA, urgent=False)
        OutgoingMail.objects.update(due_at=clock.now())
        assert deliver_due() == {Delivery.SENT: 2, Delivery.CANCELLED: 2}

    def test_twice_is_once(self, awa):
        assert mark_address(address=AWA.upper(), kind=TroubleKind.BOUNCED)
        assert mark_address(address=AWA, kind=TroubleKind.COMPLAINED) is None

    def test_once_mended_what_was_held_back_leaves_for_the_new_address(self, awa, mailoutbox):
        mark_address(address=AWA, kind=TroubleKind.BOUNCED)
        queue(Reminder, awa)
        OutgoingMail.objects.update(due_at=clock.now())
        deliver_due()
        awa.email = "awa.nouvelle@exemple.test"
        awa.save()
        email_changed.send(
            sender=None, request=None, user=awa, from_email_address=None, to_email_address=None
        )
        OutgoingMail.objects.update(retry_at=clock.now())
        assert deliver_due() == {Delivery.SENT: 1}
        assert mailoutbox[0].to == ["awa.nouvelle@exemple.test"]
        assert not AddressTrouble.objects.open().exists()

    def test_once_mended_the_newest_of_each_subject_leaves_alone(self, sink, awa):
        """And with it the mail whose refusal told the trouble."""
        with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as now:
            revealing = OutgoingMailFactory(recipient=awa)
            sink.behaviours[AWA] = [smtp_sink.RECIPIENT_REFUSED]
            deliver_due()
            for occurrence in "123":
                now.advance(timedelta(days=2))
                queue(Reminder, awa, occurrence=occurrence)
            now.advance(timedelta(days=1))
            assert deliver_due() == {Delivery.CANCELLED: 3}
            mend_address(trouble=AddressTrouble.objects.get(), by=awa)
            waiting = OutgoingMail.objects.filter(status=MailStatus.PENDING)
            assert sorted(mail.occurrence for mail in waiting) == ["", "3"]
            assert revealing in waiting

    def test_a_digest_takes_the_lines_of_those_before_it(self, awa):
        with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as now:
            mark_address(address=AWA, kind=TroubleKind.BOUNCED)
            for occurrence in "12":
                queue(Weekly, awa, occurrence=occurrence)
                now.advance(timedelta(days=7))
                compose_due()
                deliver_due()
            mend_address(trouble=AddressTrouble.objects.get(), by=awa)
            (digest,) = OutgoingMail.objects.filter(status=MailStatus.PENDING)
            assert digest.digest_lines.filter(status=LineStatus.PENDING).count() == 2

    @pytest.mark.parametrize("how", ["code", "holder", "team"])
    def test_marked_before_its_owner_had_an_account(self, client, how):
        trouble = mark_address(address=AWA.upper(), kind=TroubleKind.BOUNCED)
        awa = UserFactory(email=AWA)
        queue(Reminder, awa)
        OutgoingMail.objects.update(due_at=clock.now())
        assert deliver_due() == {Delivery.CANCELLED: 1}
        if how == "code":
            address = EmailAddress.objects.get_or_create(user=awa, email=AWA)[0]
            email_confirmed.send(sender=None, request=None, email_address=address)
        elif how == "holder":
            client.force_login(awa)
            client.post(reverse("mail:mend_own_address"))
        else:
            mend_address(trouble=trouble, by=StaffFactory())
        assert not AddressTrouble.objects.open().exists()
        assert OutgoingMail.objects.get(recipient=awa).status == MailStatus.PENDING

    def test_an_address_of_nobody_mended_moves_nobody_s_mails(self, awa):
        trouble = mark_address(address="seul@exemple.test", kind=TroubleKind.BOUNCED)
        held = OutgoingMailFactory(
            recipient=awa, address=AWA, status=MailStatus.CANCELLED, last_error=Unsent.IN_TROUBLE
        )
        mend_address(trouble=trouble, by=StaffFactory())
        held.refresh_from_db()
        assert held.status == MailStatus.CANCELLED

    @pytest.mark.parametrize(
        ("status", "days_ago", "what"),
        [
            (MailStatus.FAILED, 0, {"last_error": "550", "confidential": True}),
            (MailStatus.FAILED, 1, {"last_error": "554"}),
            (MailStatus.CANCELLED, 31, {"last_error": Unsent.IN_TROUBLE}),
        ],
        ids=["a code, that revealed the trouble", "failed the day before", "held back a month ago"],
    )
    def test_once_mended_what_is_of_no_use_any_more_stays(self, awa, status, days_ago, what):
        with clock.frozen(datetime(2026, 11, 23, 9, tzinfo=UTC)) as now:
            then = now() - timedelta(days=days_ago)
            settled = {"settled_at": then} if status == MailStatus.FAILED else {}
            mail = OutgoingMailFactory(recipient=awa, status=status, created_at=then, **settled, **what)
            mend_address(trouble=mark_address(address=AWA, kind=TroubleKind.BOUNCED, at=now()), by=None)
            mail.refresh_from_db()
            assert mail.status == status

    def test_mended_twice_is_once(self, awa):
        trouble = mark_address(address=AWA, kind=TroubleKind.BOUNCED)
        assert [mend_address(trouble=trouble, by=awa) for _ in range(2)] == [0, None]

    def test_a_closed_account_troubles_nobody(self, awa):
        trouble = mark_address(address=AWA, kind=TroubleKind.BOUNCED)
        close_account(person=awa, by=awa)
        assert not AddressTrouble.objects.open().exists()
        assert next_step(trouble) is None


class TestFollowUp:
    MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def test_the_team_is_told_within_the_day_until_it_is_mended(self, awa):
        officer = StaffFactory()
        with clock.frozen(self.MONDAY) as now:
            trouble = mark_address(address=AWA, kind=TroubleKind.BOUNCED)
            step = next_step(trouble)
            assert (step.rule, step.owner) == (MendAddress.name, "staff")
            assert step.deadline <= self.MONDAY + timedelta(days=1)
            now.advance(timedelta(days=1))
            run_due()
            run_due()
            mail = OutgoingMail.objects.get(recipient=officer)
            assert (mail.notification, AWA in mail.text) == ("accounts.address_reminder", True)
            assert next_step(trouble) is not None
            mend_address(trouble=trouble, by=officer)
            assert next_step(trouble) is None
            now.move_to(max(now(), mail.due_at))
            assert deliver_due() == {Delivery.CANCELLED: 1}

    @pytest.mark.django_db(transaction=True)
    def test_two_who_mend_it_at_once_mend_it_once(self, monkeypatch):
        holder, helper = MembershipFactory(user__email=AWA).user, StaffFactory()
        trouble = mark_address(address=AWA, kind=TroubleKind.BOUNCED)
        said_again = while_uncommitted(
            monkeypatch,
            lambda: mend_address(trouble=trouble, by=holder),
            lambda: mend_address(trouble=trouble, by=helper),
        )
        assert said_again is None
        trouble.refresh_from_db()
        assert trouble.mended_by == holder

    @pytest.mark.django_db(transaction=True)
    def test_no_follow_up_without_its_trouble(self):
        MembershipFactory(user__email=AWA)

        def mark():
            with transaction.atomic():
                return mark_address(address=AWA, kind=TroubleKind.BOUNCED)

        made = at_once(mark, mark, mark)
        assert sum(trouble is not None for trouble in made) == 1
        assert next_step(AddressTrouble.objects.get()) is not None


class TestNotice:
    def test_its_holder_reads_what_to_do_and_does_it(self, client, awa):
        client.force_login(awa)
        page = reverse("accounts:person")
        assert "ne reçoit plus" not in client.get(page).text
        mark_address(address=AWA, kind=TroubleKind.BOUNCED)
        assert "Votre adresse ne reçoit plus" in client.get(page).text
        client.post(reverse("mail:mend_own_address"))
        assert "ne reçoit plus" not in client.get(page).text
        assert AddressTrouble.objects.get().mended_by == awa

    @pytest.mark.parametrize(
        ("number", "said"),
        [
            (0, "Aucun courriel n’attendait."),
            (1, "Un courriel qui attendait repart {when}."),
            (2, "2 courriels qui attendaient repartent {when}."),
        ],
    )
    @pytest.mark.parametrize("way", ["mail:mend_own_address", "mail:mend_address", "pages:basket_act"])
    @pytest.mark.parametrize(
        ("hour", "when"), [(10, "tout de suite"), (21, "mardi 24\u00a0novembre 2026 à 8\u00a0h\u00a000")]
    )
    def test_how_many_mails_leave_again_is_said_and_when(self, client, awa, way, number, said, hour, when):
        with clock.frozen(datetime(2026, 11, 23, hour, tzinfo=UTC)):
            assert said.format(when=when) in self._mended(client, awa, way, number)

    def _mended(self, client, awa, way, number):
        for about in range(number):
            OutgoingMailFactory(
                recipient=awa,
                subject_type=ContentType.objects.get_for_model(AddressTrouble),
                subject_id=UUID(int=about),
                status=MailStatus.CANCELLED,
                last_error=Unsent.IN_TROUBLE,
            )
        trouble = mark_address(address=AWA, kind=TroubleKind.BOUNCED)
        keys = {"mail:mend_address": [trouble.pk], "pages:basket_act": ["adresses", trouble.pk]}
        client.force_login(StaffFactory() if way in keys else awa)
        return client.post(reverse(way, args=keys.get(way)), follow=True).text

    def test_nothing_to_mend_is_said(self, client, awa):
        client.force_login(awa)
        response = client.post(reverse("mail:mend_own_address"), follow=True)
        assert "Rien n’était à régler" in response.text

    def test_nobody_mends_somebody_else_s(self, client, awa):
        trouble = mark_address(address=AWA, kind=TroubleKind.BOUNCED)
        client.force_login(PersonFactory())
        client.post(reverse("mail:mend_own_address"))
        assert client.post(reverse("mail:mend_address", args=[trouble.pk])).status_code == 404
        assert AddressTrouble.objects.open().exists()
