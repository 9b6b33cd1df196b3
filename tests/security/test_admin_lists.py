"""A list of the admin tells of its rows what its columns and filters tell, and nothing else."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.urls import reverse

from mecenova.administration import SiteAdmin
from tests.accounts.factories import StaffFactory
from tests.mail.factories import OutgoingMailFactory

pytestmark = pytest.mark.django_db
LISTS = [pytest.param(each, id=model._meta.label) for model, each in admin.site._registry.items()]


def changelist(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.fixture
def superuser(client):
    person = StaffFactory(is_superuser=True)
    client.force_login(person)
    return person


def offered_by(listed):
    names = [str(getattr(each, "parameter_name", each)) for each in listed.list_filter]
    return {name.partition("__")[0] for name in names} | {listed.date_hierarchy}


@pytest.mark.parametrize("listed", LISTS)
def test_no_column_is_read_that_the_list_does_not_offer(listed, client, superuser):
    assert isinstance(listed, SiteAdmin)
    request = RequestFactory().get("/")
    request.user = superuser
    for field in listed.model._meta.concrete_fields:
        if field.name not in offered_by(listed):
            for lookup in ("", "__startswith", "__regex", "__isnull"):
                assert not listed.lookup_allowed(f"{field.name}{lookup}", "a", request), field
    assert client.get(changelist(listed.model), {"pk__isnull": "0"}).status_code == 400


@pytest.mark.parametrize("listed", LISTS)
def test_every_filter_that_is_offered_works(listed, client, superuser):
    page = client.get(changelist(listed.model)).text
    queries = set(re.findall(r'href="(\?[^"]+)"', page))
    assert queries or not listed.list_filter
    for query in queries:
        assert client.get(changelist(listed.model) + query.replace("&amp;", "&")).status_code == 200, query


def test_a_reader_of_mails_learns_no_link_letter_by_letter(client):
    reader = StaffFactory()
    reader.user_permissions.add(Permission.objects.get(codename="view_outgoingmail"))
    client.force_login(reader)
    OutgoingMailFactory(confidential=True, text="https://mecenova.example/reset/key/abc")
    address = changelist(OutgoingMailFactory._meta.model)
    assert client.get(address).status_code == 200
    for guess in ("key/[a-m]", "key/[n-z]"):
        assert client.get(address, {"confidential": "1", "text__regex": guess}).status_code == 400
    reader.user_permissions.add(Permission.objects.get(codename="view_user"))
    users = reverse("admin:accounts_user_changelist")
    assert client.get(users, {"password__startswith": "argon2$"}).status_code == 400
