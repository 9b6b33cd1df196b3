"""Nobody is let to ask where no answer can come: a closed door, an organisation without people."""

import pytest
from django.urls import reverse

from companies.models import Policy
from mecenova.agenda import operations as agenda
from mecenova.workflow.errors import DomainError
from partnerships import operations
from partnerships.enums import Side
from partnerships.models import Introduction
from tests.associations.factories import AssociationFactory
from tests.partnerships.factories import member_of
from tests.reading import shown

pytestmark = pytest.mark.django_db


def close_door(company):
    Policy.objects.filter(company=company).update(monthly_capacity=0)


def address(pair):
    return reverse("partnerships:introduction_create") + f"?entreprise={pair.company.pk}"


@pytest.mark.parametrize("about_a_need", [True, False])
def test_a_closed_door_takes_no_request_and_the_pages_say_so(client, pair, about_a_need):
    close_door(pair.company)
    with pytest.raises(DomainError, match="n’étudie pas de nouvelle association"):
        pair.ask(need=pair.need if about_a_need else None)
    assert not Introduction.objects.exists()
    client.force_login(pair.asker)
    page = shown(client.get(address(pair)))
    assert "n’étudie pas de nouvelle association" in page
    assert 'name="note"' not in page
    assert "Demander une mise en relation" not in shown(client.get(pair.company.get_absolute_url()))
    assert "n’étudie pas de nouvelle association" in shown(client.get(pair.need.get_absolute_url()))


def test_a_message_typed_while_the_door_closed_is_given_back(client, pair):
    client.force_login(pair.asker)
    close_door(pair.company)
    words = "Bonjour, nous réparons des vélos avec des jeunes."
    refused = client.post(address(pair), {"kind": "financial", "note": words})
    assert refused.status_code == 422
    page = shown(refused)
    assert "n’étudie pas de nouvelle association" in page
    assert words in page


def test_a_company_whose_door_is_closed_can_still_write(pair):
    close_door(pair.company)
    assert pair.ask(asked_by_side=Side.COMPANY, by=pair.answerer, need=None).is_waiting


def test_what_waited_when_the_door_closed_is_told_the_true_reason(client, pair):
    Policy.objects.filter(company=pair.company).update(monthly_capacity=1)
    other = AssociationFactory(complete=True)
    pair.ask(association=other, by=member_of(other))
    waiting = pair.ask()
    close_door(pair.company)
    operations.request_queued(company=pair.company)
    waiting.refresh_from_db()
    assert waiting.is_queued
    assert agenda.next_step(waiting) is not None
    client.force_login(pair.asker)
    assert "n’étudie pas de nouvelle association" in shown(client.get(waiting.get_absolute_url()))


@pytest.mark.parametrize("closed", [True, False])
def test_a_company_without_anybody_is_not_asked(client, pair, closed):
    if closed:
        pair.answerer.is_active = False
        pair.answerer.save()
    else:
        pair.company.organisation.memberships.all().delete()
    with pytest.raises(DomainError, match="cherche qui y répondra"):
        pair.ask()
    client.force_login(pair.asker)
    page = shown(client.get(address(pair)))
    assert "Personne n’a de compte aujourd’hui" in page
    assert 'name="note"' not in page


def test_an_association_without_anybody_is_not_asked(pair):
    pair.association.organisation.memberships.all().delete()
    with pytest.raises(DomainError, match="Personne n’a de compte"):
        pair.ask(asked_by_side=Side.COMPANY, by=pair.answerer, need=None)
    assert not Introduction.objects.exists()
