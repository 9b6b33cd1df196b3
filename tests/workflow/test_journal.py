from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model

from mecenova.calendar import clock
from mecenova.workflow.journal import history, record

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def person():
    return get_user_model().objects.create_user("camille@exemple.test")


def test_keeps_who_what_and_when(person):
    with clock.frozen(MOMENT):
        line = record(person, "publish", "draft", "published", person, note="Prêt")
    line.refresh_from_db()
    assert (line.subject, line.by, line.at, line.note) == (person, person, MOMENT, "Prêt")


def test_reads_one_subject_oldest_first(person, django_assert_num_queries):
    other = get_user_model().objects.create_user("autre@exemple.test")
    record(other, "publish", "draft", "published", None)
    for verb in ("first", "second", "third"):
        record(person, verb, "a", "b", person)
    with django_assert_num_queries(1):
        assert [(line.verb, line.by) for line in history(person)] == [
            ("first", person),
            ("second", person),
            ("third", person),
        ]


def test_outlives_the_person_who_acted(person):
    actor = get_user_model().objects.create_user("parti@exemple.test")
    record(person, "publish", "a", "b", actor)
    actor.delete()
    assert history(person).get().by is None
