"""What the clock asks of accounts, each asked twice."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.tasks import forget_ended_sessions

pytestmark = pytest.mark.django_db


def session_until(moment):
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["unsent_by"] = ["somebody", "Ce que j’écrivais"]
    store.create()
    Session.objects.filter(pk=store.session_key).update(expire_date=moment)
    return store.session_key


def test_an_ended_session_is_forgotten_and_a_living_one_is_not():
    session_until(timezone.now() - timedelta(minutes=1))
    living = session_until(timezone.now() + timedelta(minutes=1))
    for _ in range(2):
        forget_ended_sessions()
        assert [each.pk for each in Session.objects.all()] == [living]
