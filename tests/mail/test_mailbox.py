import pytest
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus
from mecenova.mail.links import link_for
from mecenova.mail.rendering import lay_out
from tests.mail.factories import OutgoingMailFactory, PersonFactory
from tests.mail.links_for_tests import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    person = PersonFactory()
    client.force_login(person)
    return person


def test_one_s_own_mails_only(client, person):
    mine = OutgoingMailFactory(recipient=person, subject="Pour moi")
    other = OutgoingMailFactory(subject="Pour un autre")
    response = client.get(reverse("mail:mailbox"))
    assert "Pour moi" in response.text
    assert "Pour un autre" not in response.text
    assert client.get(mine.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404


def test_nothing_yet_is_said(client, person):
    assert "Aucun courriel pour l’instant" in client.get(reverse("mail:mailbox")).text


def test_strangers_sign_in_first(client):
    mail = OutgoingMailFactory()
    for address in (reverse("mail:mailbox"), mail.get_absolute_url()):
        assert client.get(address).status_code == 302


def test_what_it_says_is_escaped(client, person):
    mail = OutgoingMailFactory(recipient=person, text="<script>alert(1)</script> https://exemple.test/x")
    text = client.get(mail.get_absolute_url()).text
    assert "<script>alert" not in text
    assert 'href="https://exemple.test/x"' in text


def test_one_s_own_is_read_as_it_was_written_without_its_dress(client, person):
    written = lay_out("Votre demande", "Bonjour,\n\n> Un mot <b>\n\n[Répondre](https://exemple.test/r)")
    mail = OutgoingMailFactory(recipient=person, text=written.text, html=written.html)
    text = client.get(mail.get_absolute_url()).text
    assert '<a class="button" href="https://exemple.test/r">Répondre</a>' in text
    assert "<p>Un mot &lt;b&gt;</p>" in text
    assert "style=" not in text
    assert text.count("<h1") == 1
    assert "Choisir ce que je reçois" not in text


def test_what_is_kept_of_a_mail_is_never_run(client, person):
    hostile = '<p onclick="x">Oui</p><script>alert(1)</script><a href="javascript:x">non</a>'
    html = f'<td class="body" style="x"><h1>Objet</h1>{hostile}</td>'
    mail = OutgoingMailFactory(recipient=person, text="Oui", html=html)
    text = client.get(mail.get_absolute_url()).text
    assert "<p>Oui</p>" in text
    assert not any(each in text for each in ("onclick", "alert(1)", "javascript:"))


def test_staff_reads_everybody_s_but_acts_for_nobody(client):
    staff, person = PersonFactory(is_staff=True), PersonFactory()
    link = link_for(Answer, PersonFactory(), person)
    mail = OutgoingMailFactory(recipient=person, text=f"Répondre : {link}\n\nMerci.")
    client.force_login(staff)
    text = client.get(mail.get_absolute_url()).text
    assert "Merci." in text
    assert link.rpartition("tests.answer")[2].rstrip("/") not in text
    client.force_login(person)
    assert "tests.answer" in client.get(mail.get_absolute_url()).text


def test_codes_are_shown_to_nobody(client, person):
    mail = OutgoingMailFactory(recipient=person, text="Votre code : 123456", confidential=True)
    assert "123456" not in client.get(mail.get_absolute_url()).text


def test_same_number_of_queries_with_many(client, person, query_count):
    OutgoingMailFactory(recipient=person, status=MailStatus.SENT, sent_at=clock.now())
    address = reverse("mail:mailbox")
    client.get(address)
    few = query_count(lambda: client.get(address))
    OutgoingMailFactory.create_batch(15, recipient=person)
    assert query_count(lambda: client.get(address)) == few <= 12
