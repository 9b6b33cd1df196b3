"""The learning paths as curators write them: words, documents, exercises, order."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from infotheque import operations
from infotheque.exercises import Exercise, register_exercise, registered
from infotheque.models import Path, Step
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import OrganisationFactory, StaffFactory, UserFactory
from tests.infotheque.factories import DocumentFactory, PathFactory, ProgressFactory, StepFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = StaffFactory()
    client.force_login(user)
    return user


@pytest.fixture
def spare(monkeypatch):
    """A path of one step, and an exercise that no step has."""
    monkeypatch.setattr("infotheque.exercises._exercises", {})
    step = StepFactory()
    register_exercise(step.path.slug, Exercise(key="un-autre"))
    return step


def of(name, thing):
    return reverse(f"infotheque:{name}", args=[thing.pk])


def typed(step, **changes):
    fields = {name: getattr(step, name) for name in ("title", "lesson", "exercise", "minutes", "key")}
    return {**fields, "document": step.document_id or "", **changes}


def test_words_and_document_of_a_step_are_what_readers_then_read(client, staff):
    step, document = StepFactory(), DocumentFactory(published=True, title="La convention")
    form = typed(step, title="  S’accorder  ", lesson="Un **accord**.<script>", document=document.pk)
    page = client.post(of("lesson_edit", step), form, follow=True).content.decode()
    assert "L’étape est enregistrée." in page
    assert "La convention" in page
    client.logout()
    read = client.get(Step.objects.get().get_absolute_url()).content.decode()
    assert "S’accorder" in read
    assert "<strong>accord</strong>" in read
    assert "La convention" in read
    assert "Un <strong>accord</strong>.<script>" not in read


@pytest.mark.parametrize("wrong", [{"title": ""}, {"minutes": "0"}, {"minutes": "999"}, {"key": "inconnu"}])
def test_what_is_refused_is_kept_and_changes_nothing(client, staff, wrong):
    step = StepFactory()
    answer = client.post(of("lesson_edit", step), typed(step, lesson="Une autre leçon", **wrong))
    assert answer.status_code == 422
    assert "Une autre leçon" in answer.content.decode()
    assert Step.objects.get().lesson == step.lesson


def test_a_document_that_readers_would_not_see_is_refused_and_one_that_was_there_is_kept(client, staff):
    hidden = DocumentFactory()
    step = StepFactory(document=hidden)
    assert hidden.title in client.get(of("lesson_edit", step)).content.decode()
    assert "plus en ligne" in client.get(of("course_edit", step.path)).content.decode()
    operations.update_step(step=step, by=staff, document=hidden, title="Autre")
    with pytest.raises(DomainError, match="en ligne"):
        operations.update_step(step=step, by=staff, document=DocumentFactory())


def test_the_exercise_changes_until_somebody_has_answered(client, staff, spare):
    assert operations.free_exercises(spare) == [spare.key, "un-autre"]
    client.post(of("lesson_edit", spare), typed(spare, key="un-autre"))
    step = Step.objects.get()
    assert step.key == "un-autre"
    register_exercise(step.path.slug, Exercise(key="un-troisieme"))
    ProgressFactory(step=step, organisation=OrganisationFactory())
    answer = client.post(of("lesson_edit", step), typed(step, key="un-troisieme"))
    assert answer.status_code == 422
    assert "Des membres ont déjà répondu" in answer.content.decode()
    assert Step.objects.get().key == "un-autre"


def test_an_exercise_that_another_step_has_is_refused(staff, spare):
    other = StepFactory(path=spare.path, key="un-autre")
    assert (spare.path.slug, "un-autre") in registered()
    with pytest.raises(DomainError, match="une autre étape"):
        operations.update_step(step=spare, by=staff, key=other.key)


def test_steps_are_put_in_order_with_ordinary_buttons(client, staff):
    path = PathFactory()
    first, second, third = (StepFactory(path=path, position=place, title=str(place)) for place in (1, 2, 3))

    def order():
        return list(path.steps.values_list("title", flat=True))

    def move(step, act):
        return client.post(of("lesson_move", step), {"act": act})

    move(third, "up")
    assert order() == ["1", "3", "2"]
    move(first, "up")
    move(second, "down")
    assert order() == ["1", "3", "2"]
    move(first, "down")
    assert order() == ["3", "1", "2"]
    assert move(first, "sideways").status_code == 404
    assert list(path.steps.values_list("position", flat=True)) == [1, 2, 3]


def test_a_path_keeps_its_title_and_introduction(client, staff):
    path = PathFactory()
    assert path.title in client.get(reverse("infotheque:courses")).content.decode()
    client.post(of("course_edit", path), {"title": "Préparer", "introduction": "En **dix** étapes."})
    assert (Path.objects.get().title, Path.objects.get().slug) == ("Préparer", path.slug)
    assert client.post(of("course_edit", path), {"title": "", "introduction": ""}).status_code == 422


def test_as_many_queries_for_one_step_or_ten(client, staff):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(of("course_edit", path))
        return len(captured)

    path = PathFactory()
    StepFactory(path=path, position=1, document=DocumentFactory(published=True))
    queries()
    one = queries()
    for place in range(2, 11):
        StepFactory(path=path, position=place, document=DocumentFactory(published=True))
    assert queries() == one


def test_others_change_nothing(client):
    step, member = StepFactory(), UserFactory()
    client.force_login(member)
    for name in ("course_edit", "lesson_edit"):
        thing = step if name == "lesson_edit" else step.path
        assert client.get(of(name, thing)).status_code == 404
        assert client.post(of(name, thing), typed(step, title="Autre")).status_code == 404
    for call in (
        lambda: operations.update_step(step=step, by=member, title="Autre"),
        lambda: operations.move_step(step=step, by=member, up=True),
        lambda: operations.update_path(path=step.path, by=member, title="Autre"),
    ):
        with pytest.raises(PermissionDenied):
            call()
    with pytest.raises(TypeError, match="position"):
        operations.update_step(step=step, by=StaffFactory(), position=4)
