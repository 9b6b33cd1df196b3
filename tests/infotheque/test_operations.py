import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import User
from infotheque.models import Document
from infotheque.operations import publish_document, withdraw_document
from mecenova.workflow.errors import DomainError, TransitionRefused
from mecenova.workflow.journal import history
from tests.infotheque.factories import DocumentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return User.objects.create_user("equipe@ims.example", is_staff=True)


def test_publishing_twice_is_refused_the_second_time(staff):
    document = publish_document(document=DocumentFactory(), by=staff)
    assert document.is_published
    with pytest.raises(TransitionRefused, match="Publié"):
        publish_document(document=document, by=staff)
    assert history(document).count() == 1


def test_a_withdrawn_document_is_a_draft_again(staff):
    document = publish_document(document=DocumentFactory(), by=staff)
    withdraw_document(document=document, by=staff)
    assert not Document.objects.published().exists()


def test_a_document_that_leads_nowhere_is_not_published(staff):
    with pytest.raises(DomainError, match="ni lien ni fichier"):
        publish_document(document=DocumentFactory(link=""), by=staff)


def test_only_staff_publish():
    with pytest.raises(PermissionDenied):
        publish_document(document=DocumentFactory(), by=User.objects.create_user("autre@exemple.example"))
