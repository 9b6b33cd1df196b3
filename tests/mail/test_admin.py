import pytest
from django.contrib.admin import site
from django.db import connection
from django.urls import reverse

from mecenova.mail.enums import MailStatus
from mecenova.mail.links import link_for
from mecenova.mail.models import OutgoingMail
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.links_for_tests import Answer

pytestmark = pytest.mark.django_db
LIST = "admin:mail_outgoingmail_changelist"


@pytest.fixture
def staff(client):
    client.force_login(PersonFactory(is_staff=True, is_superuser=True))


def test_failed_mails_are_shown_and_put_back(client, staff):
    failed = OutgoingMailFactory(status=MailStatus.FAILED, last_error="550 nobody here")
    response = client.get(reverse(LIST), {"status__exact": "failed"})
    assert failed.address in response.text
    assert "550" in client.get(reverse("admin:mail_outgoingmail_change", args=[failed.pk])).text
    client.post(reverse(LIST), {"action": "put_back", "_selected_action": [failed.pk]})
    assert OutgoingMail.objects.get().status == MailStatus.PENDING


@pytest.mark.parametrize("field", ["address", "key", "message_id"])
def test_a_search_goes_through_indexes_not_through_every_mail(client, staff, field, rf):
    mail, other = OutgoingMailFactory(), OutgoingMailFactory()
    words = getattr(mail, field)
    found = client.get(reverse(LIST), {"q": words}).context["cl"].queryset
    assert (mail in found, other in found) == (True, False)
    request = rf.get(reverse(LIST))
    rows, _ = site.get_model_admin(OutgoingMail).get_search_results(
        request, OutgoingMail.objects.all(), words
    )
    with connection.cursor() as cursor:
        # So few rows are read sooner than any index: what counts is that there is another way.
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "Seq Scan" not in rows.order_by().explain()


def test_mails_are_read_only(client, staff):
    mail = OutgoingMailFactory()
    address = reverse("admin:mail_outgoingmail_change", args=[mail.pk])
    assert client.post(address, {"subject": "autre"}).status_code == 403
    assert client.get(reverse("admin:mail_outgoingmail_add")).status_code == 403
    delete = reverse("admin:mail_outgoingmail_delete", args=[mail.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_what_people_wish_to_receive_is_theirs_to_say(client, staff):
    assert client.get(reverse("admin:mail_mailpreference_changelist")).status_code == 200
    assert client.post(reverse("admin:mail_mailpreference_add"), {"wanted": "on"}).status_code == 403


def test_the_staff_sees_neither_codes_nor_links_that_act(client, staff):
    link = link_for(Answer, PersonFactory(), PersonFactory())
    for mail in (
        OutgoingMailFactory(text="Votre code : 123456", html="<p>123456</p>", confidential=True),
        OutgoingMailFactory(text=f"Répondre : {link}", html=f'<a href="{link}">Répondre</a>'),
    ):
        text = client.get(reverse("admin:mail_outgoingmail_change", args=[mail.pk])).text
        assert "123456" not in text
        assert "tests.answer" not in text
