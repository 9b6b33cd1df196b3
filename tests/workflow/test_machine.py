import pytest

from mecenova.workflow import machine
from mecenova.workflow.errors import DomainError
from mecenova.workflow.machine import NEW, Transition, TransitionRefused, Workflow, registered

TABLE = [
    Transition("create", frozenset({NEW}), "draft", "association"),
    Transition("publish", frozenset({"draft"}), "published", "association"),
    Transition("close", frozenset({"draft", "published"}), "closed", "association"),
]


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(machine, "_workflows", {})


@pytest.fixture
def workflow():
    return Workflow("project", TABLE, labels=[("draft", "Brouillon"), ("closed", "Clos")])


def test_target(workflow):
    assert workflow.target("publish", "draft") == "published"
    assert workflow.target("close", "draft") == workflow.target("close", "published") == "closed"
    assert workflow.target("create", NEW) == "draft"


def test_a_refusal_is_french_and_names_the_state(workflow):
    with pytest.raises(TransitionRefused) as refused:
        workflow.target("publish", "closed")
    assert isinstance(refused.value, DomainError)
    assert "l’état est maintenant «\u202fClos\u202f»" in refused.value.message
    assert str(refused.value) == refused.value.message
    assert (refused.value.workflow, refused.value.verb, refused.value.status) == (
        "project",
        "publish",
        "closed",
    )


def test_a_refusal_without_label_shows_no_code(workflow):
    with pytest.raises(TransitionRefused) as refused:
        workflow.target("publish", "published")
    assert "published" not in refused.value.message
    assert "plus possible ici" in refused.value.message


def test_an_unknown_verb_is_a_mistake_of_ours(workflow):
    with pytest.raises(LookupError):
        workflow.target("explode", "draft")


def test_what_can_be_done(workflow):
    assert [verb for verb in ("publish", "close") if workflow.allows(verb, "draft")] == ["publish", "close"]
    assert workflow.allows("close", "published")
    assert not any(workflow.allows(verb, "closed") for verb in ("publish", "close"))


def test_choices_are_stored_as_their_values():
    from associations.enums import ProjectStatus

    transition = Transition("publish", frozenset({ProjectStatus.DRAFT}), ProjectStatus.PUBLISHED, "x")
    assert type(transition.target) is str
    assert transition.sources == {str(ProjectStatus.DRAFT)}


def test_one_verb_leads_to_one_place():
    with pytest.raises(ValueError, match="listed twice"):
        Workflow("double", [*TABLE, Transition("publish", frozenset({"draft"}), "closed", "x")])


def test_names_are_unique(workflow):
    with pytest.raises(ValueError, match="called project"):
        Workflow("project", TABLE)
    assert registered() == [workflow]


def test_diagram(workflow):
    assert workflow.diagram() == "\n".join(
        [
            "stateDiagram-v2",
            "    [*] --> draft: create (association)",
            "    draft --> published: publish (association)",
            "    draft --> closed: close (association)",
            "    published --> closed: close (association)",
            "    closed --> [*]",
        ]
    )


def test_diagram_of_a_table_that_creates_nothing_shows_where_it_starts():
    assert "    [*] --> draft\n" in Workflow("short", TABLE[1:]).diagram()
