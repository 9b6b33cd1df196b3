"""The stock admin of associations: to look at what is written on the site's own pages, with a journal."""

import pytest
from django.urls import reverse

from tests.accounts.factories import StaffFactory
from tests.associations.factories import AskFactory, AssociationFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("make", [AssociationFactory, lambda: AskFactory().project])
def test_a_record_is_read_there_and_written_elsewhere(client, make):
    record = make()
    client.force_login(StaffFactory(is_superuser=True))
    for page, status in (("change", 200), ("delete", 403)):
        name = f"admin:associations_{record._meta.model_name}_{page}"
        assert client.get(reverse(name, args=[record.pk])).status_code == status
    change = reverse(f"admin:associations_{record._meta.model_name}_change", args=[record.pk])
    assert client.post(change, {"stance": "open", "title": "Autre"}).status_code == 403
