"""What is read, in numbers: for the team, sorted as it asks, and as a file."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from infotheque.models import DailyUse
from mecenova.calendar import clock
from tests.accounts.factories import StaffFactory, UserFactory
from tests.infotheque.factories import DocumentFactory

pytestmark = pytest.mark.django_db

LIST, FILE = reverse("infotheque:uses"), reverse("infotheque:use_file")


@pytest.fixture
def staff(client):
    staff = StaffFactory()
    client.force_login(staff)
    return staff


def used(title, days_ago=1, **counts):
    document = DocumentFactory(published=True, title=title)
    DailyUse.objects.create(document=document, day=clock.today() - timedelta(days=days_ago), **counts)
    return document


def lines(client):
    text = client.get(FILE).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))[1:]


def test_twelve_months_are_counted_day_by_day_and_older_ones_are_not(client, staff):
    document = used("Lu", opened=3, downloaded=1, useful=2, not_useful=1)
    DailyUse.objects.create(document=document, day=clock.today(), opened=4)
    DailyUse.objects.create(document=document, day=clock.today() - timedelta(days=400), opened=900)
    DocumentFactory(published=True, title="Jamais lu")
    DocumentFactory(title="Brouillon")
    assert [(line[0], *line[3:]) for line in lines(client)] == [
        ("Lu", "7", "1", "2", "1"),
        ("Jamais lu", "0", "0", "0", "0"),
    ]


def test_the_list_is_sorted_by_the_column_that_is_asked(client, staff):
    used("Ouvert", opened=9)
    used("Pris", opened=1, downloaded=5)
    used("Discuté", not_useful=4)
    for order, first in (
        ("", "Ouvert"),
        ("telechargements", "Pris"),
        ("peu-utile", "Discuté"),
        ("x", "Ouvert"),
    ):
        page = client.get(LIST, {"tri": order})
        assert page.context["page_obj"][0].title == first
    assert 'aria-sort="descending"' in page.text


def test_a_spreadsheet_runs_no_title(client, staff):
    used("=1+1", opened=1)
    assert lines(client)[0][0] == "'=1+1"


def test_as_many_queries_for_one_or_ten_documents(client, staff, query_count):
    used("Un")
    client.get(LIST)
    one = query_count(lambda: client.get(LIST))
    for number in range(9):
        used(f"Document {number}", opened=number)
    assert query_count(lambda: client.get(LIST)) == one


def test_the_team_alone_reads_it(client):
    for address in (LIST, FILE):
        assert client.get(address).status_code == 302
    client.force_login(UserFactory())
    for address in (LIST, FILE):
        assert client.get(address).status_code == 404
