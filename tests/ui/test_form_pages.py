from datetime import date

import pytest
from django import forms

from mecenova.ui.as_shown import AsShown, Overtaken
from mecenova.ui.figures import short_date
from mecenova.ui.form_pages import status_of


class Note(forms.Form):
    text = forms.CharField()


def test_a_form_is_shown_taken_or_refused():
    assert status_of(Note()) == 200
    assert status_of(Note({"text": "Bonjour"})) == 200
    assert status_of(Note({"text": " "})) == 422


def test_a_refusal_of_the_operation_counts_as_one_of_the_form():
    form = Note({"text": "Bonjour"})
    assert form.is_valid()
    form.add_error(None, "Cette demande est close.")
    assert status_of(form) == 422


def test_somebody_who_was_overtaken_is_told_of_a_conflict():
    again = AsShown(now={}, typed={})
    again.overtaken = [Overtaken("Nom", "Les Lilas")]
    assert status_of(again) == 409


def test_a_day_that_somebody_else_wrote_is_told_as_everywhere():
    class Stay(AsShown):
        until = forms.DateField()

    shown = Stay(now={"until": date(2026, 11, 20)})["as_shown"].value()
    form = Stay({"until": "2026-12-05", "as_shown": shown}, now={"until": date(2026, 12, 1)})
    assert form.is_valid()
    assert form.taken_up().overtaken == [Overtaken("Until", short_date(date(2026, 12, 1)))]


@pytest.mark.parametrize(
    ("shown", "is_overtaken"),
    [('{"text": [1]}', True), ('{"text": {}}', True), ("[1]", False), ("[" * 100_000, False)],
    ids=["a list", "an object", "no names", "endless"],
)
def test_what_comes_back_with_a_page_and_is_no_digest_breaks_nothing(shown, is_overtaken):
    class Told(AsShown):
        text = forms.CharField()

    form = Told({"text": "Bonjour", "as_shown": shown}, now={"text": "Bonsoir"})
    assert form.is_valid()
    assert (form.taken_up() is not None) is is_overtaken
    assert form.merged() == {"text": "Bonjour"}
