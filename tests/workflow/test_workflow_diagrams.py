import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from mecenova.workflow.machine import registered


def test_writes_every_workflow(tmp_path):
    page = tmp_path / "states.md"
    call_command("workflow_diagrams", file=page)
    text = page.read_text()
    assert registered()
    assert all(f"## {workflow.name}\n" in text for workflow in registered())


def test_check_sees_a_stale_or_missing_page(tmp_path):
    page = tmp_path / "states.md"
    with pytest.raises(CommandError, match="stale"):
        call_command("workflow_diagrams", "--check", file=page)
    assert not page.exists()
    call_command("workflow_diagrams", file=page)
    call_command("workflow_diagrams", "--check", file=page)
    page.write_text(page.read_text() + "by hand\n")
    with pytest.raises(CommandError, match="stale"):
        call_command("workflow_diagrams", "--check", file=page)


def test_the_page_of_the_house_is_fresh():
    call_command("workflow_diagrams", "--check")


def test_a_row_is_made_in_a_state_where_its_life_starts():
    models = {model._meta.model_name: model for model in apps.get_models()}
    assert registered()
    for workflow in registered():
        status = models[workflow.name]._meta.get_field("status")
        assert status.default in workflow.starts
        assert set(workflow.states()) == {value for value, _ in status.choices}
