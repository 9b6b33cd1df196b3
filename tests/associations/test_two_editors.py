"""Two people of an association at one page: what one writes is not taken back unseen by the other."""

import pytest
from django.urls import reverse

from associations.models import Ask, Association, Project
from associations.operations import save_ask, update_association, update_project
from mecenova.reference.models import Cause, Skill
from tests.accounts.factories import UserFactory
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.posting import as_posted, opened
from tests.threads import while_uncommitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def association(client):
    user = UserFactory()
    client.force_login(user)
    return AssociationFactory(complete=True, members=[user])


@pytest.mark.parametrize("page", ["mission", "project"])
def test_what_the_other_wrote_stays_and_is_shown_where_it_is_the_same(client, association, page):
    project = ProjectFactory(association=association)
    project.causes.set(Cause.objects.filter(slug="education"))
    if page == "mission":
        address, words = reverse("associations:edit_section", args=[association.pk, page]), "purpose"
    else:
        address, words = reverse("associations:project_edit", args=[project.pk]), "description"

    def write(**said):
        if page == "mission":
            update_association(association=association, by=None, **said)
        else:
            update_project(project=project, by=None, **said)

    form = opened(client, address)
    write(causes=Cause.objects.filter(slug="sport"))
    assert client.post(address, form | {words: "Le mien."}).status_code == 302
    form = opened(client, address)
    assert (form[words], form["causes"]) == ("Le mien.", ["sport"])
    write(**{words: "Celui de l’autre."})
    answer = client.post(address, form | {words: "Encore le mien."})
    assert answer.status_code == 409
    assert "Celui de l’autre." in answer.text
    again = as_posted(answer.context["form"])
    assert again[words] == "Encore le mien."
    assert client.post(address, again).status_code == 302
    assert opened(client, address)[words] == "Encore le mien."


def test_an_ask_is_kept_the_same_way(client, association):
    project = ProjectFactory(association=association)
    first, second = Skill.objects.all()[:2]
    ask = save_ask(project=project, by=None, kind="skills", skills=[first], days=3)

    def write(**said):
        save_ask(project=project, by=None, kind="skills", ask_id=ask.pk, **said)

    address = reverse("associations:ask_edit", args=[ask.pk])
    form = opened(client, address)
    write(skills=[second], days=3)
    assert client.post(address, form | {"days": "5"}).status_code == 302
    ask.refresh_from_db()
    assert (list(ask.skills.all()), ask.days) == ([second], 5)
    form = opened(client, address)
    write(skills=[second], days=8)
    answer = client.post(address, form | {"days": "12"})
    assert answer.status_code == 409
    ((overtaken),) = answer.context["form"].overtaken
    assert overtaken.now == "8"
    assert client.post(address, as_posted(answer.context["form"])).status_code == 302
    ask.refresh_from_db()
    assert ask.days == 12


def pages(association):
    """By page: its address, how the other person writes there, and what the record then holds."""
    project = ProjectFactory(association=association)
    project.causes.set(Cause.objects.filter(slug="education"))
    ask = save_ask(project=project, by=None, kind="skills", skills=Skill.objects.all()[:1], days=3)
    return {
        "mission": (
            reverse("associations:edit_section", args=[association.pk, "mission"]),
            lambda **said: update_association(association=association, by=None, **said),
            lambda: Association.objects.get(pk=association.pk),
        ),
        "project": (
            reverse("associations:project_edit", args=[project.pk]),
            lambda **said: update_project(project=project, by=None, **said),
            lambda: Project.objects.get(pk=project.pk),
        ),
        "ask": (
            reverse("associations:ask_edit", args=[ask.pk]),
            lambda **said: save_ask(project=project, by=None, kind="skills", ask_id=ask.pk, **said),
            lambda: Ask.objects.get(pk=ask.pk),
        ),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("page", "field", "mine", "theirs", "its_list"),
    [
        ("mission", "purpose", "Le mien.", "Celui de l’autre.", "causes"),
        ("project", "description", "Le mien.", "Celui de l’autre.", "causes"),
        ("ask", "days", 12, 8, "skills"),
    ],
)
def test_what_the_other_is_still_writing_is_waited_for(
    client, association, monkeypatch, page, field, mine, theirs, its_list
):
    address, write, now = pages(association)[page]
    entries = {"causes": Cause, "skills": Skill}[its_list].objects.order_by("-pk")
    before, chosen = getattr(now(), field), [entries[0]]
    # An ask is written whole.
    unchanged = {"days": before} if page == "ask" else {}

    form = opened(client, address)
    assert list(getattr(now(), its_list).all()) != chosen
    answer = while_uncommitted(
        monkeypatch,
        lambda: write(**{its_list: chosen, **unchanged}),
        lambda: client.post(address, form | {field: mine}),
    )
    assert answer.status_code == 302
    assert (getattr(now(), field), list(getattr(now(), its_list).all())) == (mine, chosen)

    write(**{field: before, its_list: chosen})
    form = opened(client, address)
    answer = while_uncommitted(
        monkeypatch,
        lambda: write(**{field: theirs, its_list: chosen}),
        lambda: client.post(address, form | {field: mine}),
    )
    assert answer.status_code == 409
    ((overtaken),) = answer.context["form"].overtaken
    assert overtaken.now == str(theirs)
    assert getattr(now(), field) == theirs
