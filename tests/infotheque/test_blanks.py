"""What is not known of a document is shown to whoever may write it, and left out for readers."""

import pytest

from tests.accounts.factories import StaffFactory
from tests.infotheque.factories import DocumentFactory

pytestmark = pytest.mark.django_db


def test_a_reader_is_not_shown_what_nobody_wrote_and_the_team_is(client):
    document = DocumentFactory(published=True, summary="", publisher="Éditions de l’essai")
    page = client.get(document.get_absolute_url()).content.decode()
    assert "non renseigné" not in page
    assert "Éditions de l’essai" in page
    client.force_login(StaffFactory())
    assert "non renseigné" in client.get(document.get_absolute_url()).content.decode()
