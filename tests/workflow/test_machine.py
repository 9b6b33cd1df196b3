import pytest

from mecenova.workflow import machine
from mecenova.workflow.errors import DomainError
from mecenova.workflow.machine import Transition, TransitionRefused, Workflow, registered

TABLE = [
    Transition("publish", frozenset({"draft"}), "published", "association"),
    Transition("close", frozenset({"draft", "published"}), "closed", "association"),
]


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(machine, "_workflows", {})


@pytest.fixture
def workflow():
    return Workflow("project", TABLE, starts=["draft"], labels=[("draft", "Brouillon"), ("closed", "Clos")])


def test_target(workflow):
    assert workflow.target("publish", "draft") == "published"
    assert workflow.target("close", "draft") == workflow.target("close", "published") == "closed"


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
    twice = Transition("publish", frozenset({"draft"}), "closed", "x")
    with pytest.raises(ValueError, match="listed twice"):
        Workflow("double", [*TABLE, twice], starts=["draft"])


def test_names_are_unique(workflow):
    with pytest.raises(ValueError, match="called project"):
        Workflow("project", TABLE, starts=["draft"])
    assert registered() == [workflow]


def test_diagram(workflow):
    assert workflow.diagram() == "\n".join(
        [
            "stateDiagram-v2",
            "    [*] --> draft",
            "    draft --> published: publish (association)",
            "    draft --> closed: close (association)",
            "    published --> closed: close (association)",
            "    closed --> [*]",
        ]
    )


def test_a_diagram_shows_every_state_where_it_starts_even_those_that_it_comes_back_to():
    reopened = Transition("reopen", frozenset({"closed"}), "draft", "association")
    drawn = Workflow("loop", [*TABLE, reopened], starts=["draft", "published"]).diagram()
    assert [line.split()[-1] for line in drawn.splitlines() if "[*] -->" in line] == ["draft", "published"]


def test_a_life_starts_in_a_state_of_its_table():
    with pytest.raises(ValueError, match="starts nowhere"):
        Workflow("lost", TABLE, starts=["wished"])
    with pytest.raises(ValueError, match="starts nowhere"):
        Workflow("unborn", TABLE, starts=[])
