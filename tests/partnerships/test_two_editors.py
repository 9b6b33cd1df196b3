"""Two people at one page: neither takes back, without seeing it, what the other has written."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from infotheque.models import Document
from mecenova.calendar import clock
from mecenova.reference.enums import Kind
from partnerships import operations
from partnerships.enums import Side
from partnerships.models import Reflection
from partnerships.refusals import step_for
from tests.accounts.factories import MembershipFactory, StaffFactory
from tests.infotheque.factories import DocumentFactory
from tests.posting import as_posted, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(client):
    client.force_login(StaffFactory())
    return step_for("timing", Kind.FINANCIAL, Side.ASSOCIATION)


def address_of(step):
    return reverse("partnerships:refusal_step", args=[step.pk])


def test_a_refusal_s_words_saved_as_they_were_shown_take_nothing_back(client, step):
    form = opened(client, address_of(step))
    operations.edit_refusal_step(step=step, by=StaffFactory(), rewrite="Dites la date.")
    assert client.post(address_of(step), form | {"retry_after_days": "90"}).status_code == 302
    step.refresh_from_db()
    assert (step.rewrite, step.retry_after_days) == ("Dites la date.", 90)


def test_the_same_words_written_by_two_of_the_team_are_shown_before_they_are_replaced(client, step):
    form = opened(client, address_of(step))
    operations.edit_refusal_step(step=step, by=StaffFactory(), rewrite="Dites la date.")
    answer = client.post(address_of(step), form | {"rewrite": "Dites le jour."})
    assert answer.status_code == 409
    assert "Dites la date." in answer.text
    step.refresh_from_db()
    assert step.rewrite == "Dites la date."
    again = as_posted(answer.context["form"])
    assert again["rewrite"] == "Dites le jour."
    assert client.post(address_of(step), again).status_code == 302
    step.refresh_from_db()
    assert step.rewrite == "Dites le jour."


def test_a_document_hidden_for_a_while_is_still_the_one_of_its_refusal(client, step):
    """Its link is dead: nobody is led to it meanwhile. Once mended, the refusal leads to it as before."""
    document = DocumentFactory(published=True)
    operations.edit_refusal_step(step=step, by=StaffFactory(), document=document)
    Document.objects.filter(pk=document.pk).update(link_hidden_at=clock.now())
    form = opened(client, address_of(step))
    assert client.post(address_of(step), form | {"retry_after_days": "90"}).status_code == 302
    step.refresh_from_db()
    assert step.document == document


def test_no_text_is_read_to_choose_a_document(client, step):
    DocumentFactory(published=True)
    with CaptureQueriesContext(connection) as asked:
        client.get(address_of(step))
    listed = [one["sql"] for one in asked if 'FROM "infotheque_document"' in one["sql"]]
    assert listed
    assert not [sql for sql in listed if '"infotheque_document"."body",' in sql.split("FROM")[0]]


@pytest.fixture
def ended(pair, client):
    """A partnership whose account is asked for, and two people of the association who may write it."""
    partnership = operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)
    operations.agree_partnership(
        partnership=partnership, by=pair.asker, signed_on=clock.today(), ends_on=clock.today() + timedelta(9)
    )
    ended = operations.end_partnership(partnership=partnership, by=pair.asker)
    pair.colleague = MembershipFactory(organisation=pair.association.organisation).user
    client.force_login(pair.colleague)
    return ended


def opened_account(client, partnership):
    return as_posted(client.get(partnership.get_absolute_url()).context["reflect_form"])


def test_an_account_is_corrected_from_what_a_colleague_wrote(client, pair, ended):
    operations.reflect(partnership=ended, text="Trente jeunes.", by=pair.asker)
    form = opened_account(client, ended)
    assert form["text"] == "Trente jeunes."
    address = reverse("partnerships:partnership_reflect", args=[ended.pk])
    assert client.post(address, form | {"text": "Trente-deux jeunes."}).status_code == 302
    assert Reflection.objects.get().text == "Trente-deux jeunes."


def test_an_account_written_meanwhile_by_a_colleague_is_shown_before_it_is_replaced(client, pair, ended):
    form = opened_account(client, ended)
    operations.reflect(partnership=ended, text="Trente jeunes, et un atelier.", by=pair.asker)
    address = reverse("partnerships:partnership_reflect", args=[ended.pk])
    answer = client.post(address, form | {"text": "Un texte précieux."})
    assert answer.status_code == 409
    assert f'<a href="{ended.get_absolute_url()}" target="_blank"' in answer.text
    assert "Quelqu’un, ou vous dans un autre onglet, a changé ces lignes" in answer.text
    assert "Trente jeunes, et un atelier." in answer.text
    assert "Un texte précieux." in answer.text
    assert Reflection.objects.get().text == "Trente jeunes, et un atelier."
    again = as_posted(answer.context["reflect_form"])
    assert client.post(address, again).status_code == 302
    assert Reflection.objects.get().text == "Un texte précieux."


def test_the_other_party_s_account_is_not_one_s_own(client, pair, ended):
    operations.reflect(partnership=ended, text="De beaux ateliers.", by=pair.answerer)
    assert opened_account(client, ended)["text"] == ""
