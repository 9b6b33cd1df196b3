"""The first words of a project: for every cause and kind, whole, correct and never of a refused kind."""

import pytest
from django.urls import reverse

from associations.operations import create_project
from associations.starters import REQUESTS, STORIES, starter, starter_for
from mecenova.reference.data.causes import CAUSES
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from mecenova.ui.typography import french_text
from tests.accounts.factories import UserFactory
from tests.associations.factories import AssociationFactory

pytestmark = pytest.mark.django_db


def test_every_cause_and_every_kind_has_its_words():
    assert set(STORIES) == set(CAUSES)
    assert set(REQUESTS) == set(Kind)


def test_no_two_causes_tell_the_same_story():
    assert len({story.title for story in STORIES.values()}) == len(STORIES)
    assert len({story.action for story in STORIES.values()}) == len(STORIES)


@pytest.mark.parametrize("kind", Kind)
def test_a_starter_is_a_project_that_could_be_saved(kind):
    user = UserFactory()
    association = AssociationFactory(complete=True, members=[user])
    for cause in [None, *Cause.objects.all()]:
        found = starter(cause, kind)
        assert len(found.title) <= 150
        assert len(found.description) <= 8000
        for _, text in found.lines:
            assert text == french_text(text)
            assert text.count("[") == text.count("]")
            assert ".." not in text.replace("…", "")
    project = create_project(
        association=association, by=user, title=found.title, description=found.description
    )
    assert "Pour qui" in project.description


def test_another_kind_each_time_and_never_one_refused():
    association = AssociationFactory(refused_kinds=[Kind.SKILLS], causes=["sport"])
    assert [starter_for(association, turn).kind for turn in range(3)] == [
        "in_kind",
        "volunteering",
        "financial",
    ]
    association.refused_kinds = list(Kind)
    assert starter_for(association, 0).kind == "skills"


def test_the_form_begins_with_them(client):
    user = UserFactory()
    AssociationFactory(complete=True, causes=["education"], members=[user])
    client.force_login(user)
    url = reverse("associations:project_create")
    page = client.get(f"{url}?modele=skills").content.decode()
    assert "Un adulte à côté" in page
    assert client.get(f"{url}?modele=rien").status_code == 200
