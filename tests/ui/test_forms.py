import re
from datetime import date

import pytest
from django import forms

from accounts.forms import ClaimForm
from associations.forms.profile import IdentityForm, MissionForm, StanceForm
from associations.forms.registration import RegistrationForm
from companies.forms.profile import CompanyForm
from companies.forms.registration import RegistrationForm as CompanyRegistrationForm
from mecenova.reference.models import Cause
from mecenova.ui.forms import DateInput, FoldedCheckboxes, ShortRadios
from tests.ui.parsing import assert_valid_html
from tests.ui.urls import ProfileForm


def page(form: forms.BaseForm) -> str:
    shown = f"<!DOCTYPE html><html><head><title>x</title></head><body><form>{form}</form></body></html>"
    assert_valid_html(shown)
    return shown


def test_a_fresh_form_has_no_summary_and_says_what_is_optional() -> None:
    shown = page(ProfileForm())
    assert "à corriger" not in shown
    assert "aria-invalid" not in shown
    assert 'Commune <span class="optional">(facultatif)</span>' in shown
    assert '<label for="id_name">Nom de l’association</label>' in shown


@pytest.mark.django_db
def test_what_keeps_a_profile_from_being_complete_is_not_called_optional() -> None:
    later = '<span class="optional">(peut attendre, mais la fiche restera incomplète)</span>'
    for form, labels in {
        RegistrationForm(): ("folio", "territoires d’action", "général\u202f?"),
        MissionForm(now={}): ("Vos publics",),
        StanceForm(now={}): ("général\u202f?",),
        IdentityForm(now={"registry": "siren"}): ("Numéro SIREN",),
        IdentityForm(now={"registry": "rna"}): ("Numéro RNA",),
    }.items():
        shown = page(form)
        assert shown.count(later) == len(labels)
        assert all(f"{label} {later}" in shown for label in labels)
    assert "Je ne sais pas encore\u00a0: la fiche restera incomplète" in page(RegistrationForm())


def test_a_field_wanted_by_another_answer_is_not_called_optional() -> None:
    class Depending(ProfileForm):
        asked_for_some_answers = ("city",)

    shown = page(Depending())
    assert '<label for="id_city">Commune</label>' in shown
    assert 'Date de début <span class="optional">(facultatif)</span>' in shown


class NoteForm(forms.Form):
    note = forms.CharField(label="Note", max_length=1000, widget=forms.Textarea)
    which = forms.ModelChoiceField(None, label="Cause", required=False)

    def __init__(self, *given):
        super().__init__(*given)
        self.fields["which"].queryset = Cause.objects.all()


@pytest.mark.django_db
def test_a_limit_is_said_beforehand_and_plainly_when_it_is_passed() -> None:
    shown = page(NoteForm())
    assert '<div class="help" id="id_note_limit">1\u202f000 caractères au plus.</div>' in shown
    assert 'aria-describedby="id_note_limit"' in shown
    assert 'aria-describedby="id_note_limit id_note_error"' in page(NoteForm({}))
    form = NoteForm({"note": "a" * 1234})
    assert "C’est trop long" in form.errors["note"][0]
    assert "1\u202f000 caractères au plus, et il y en a 1\u202f234" in form.errors["note"][0]
    assert "a" * 1234 in page(form)
    for real in (ClaimForm({"message": "a" * 1001}), RegistrationForm({"purpose": "a" * 3001})):
        assert any("C’est trop long" in error for errors in real.errors.values() for error in errors)


@pytest.mark.django_db
def test_nothing_chosen_yet_is_said_in_words() -> None:
    shown = page(NoteForm())
    assert "-----" not in shown
    assert ">Choisir</option>" in shown


@pytest.mark.parametrize("form", [RegistrationForm, CompanyRegistrationForm, IdentityForm, CompanyForm])
def test_the_browser_is_told_what_it_may_fill_in(form: type[forms.Form]) -> None:
    known = {"name", "postal_code", "town", "website", "phone"} & form.base_fields.keys()
    told = {name for name in known if "autocomplete" in form.base_fields[name].widget.attrs}
    assert known == told


def test_errors_are_listed_first_and_tied_to_their_fields() -> None:
    shown = page(ProfileForm({"name": "", "email": "x"}))
    assert "Il reste 5 points à corriger" in shown
    assert shown.index("à corriger") < shown.index('name="name"')
    assert 'href="#id_name"' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown
    assert 'id="id_name_error"' in shown


def test_a_colon_follows_the_name_of_a_field_in_error_and_not_a_question() -> None:
    class Questions(forms.Form):
        name = forms.CharField(label="Nom")
        where = forms.CharField(label="Où est-ce\u202f?")

    shown = page(Questions({}))
    assert '<a href="#id_name">Nom&nbsp;: ' in shown
    assert '<a href="#id_where">Où est-ce\u202f? ' in shown


def test_the_link_to_a_list_of_choices_leads_to_its_first_box() -> None:
    shown = page(ProfileForm({}))
    assert 'href="#id_causes_0"' in shown
    assert 'id="id_causes_0"' in shown


@pytest.mark.parametrize("widget", [FoldedCheckboxes, forms.CheckboxSelectMultiple, forms.RadioSelect])
def test_the_link_to_choices_in_groups_leads_to_the_first_of_the_first_group(widget) -> None:
    class Skills(forms.Form):
        skills = forms.MultipleChoiceField(choices=[("Droit", [("contrats", "Contrats")])], widget=widget)

    shown = page(Skills({}))
    assert 'href="#id_skills_0_0"' in shown
    assert 'id="id_skills_0_0"' in shown


def test_a_long_list_of_radios_shows_the_first_and_folds_the_rest() -> None:
    class Slots(forms.Form):
        slot = forms.ChoiceField(choices=[(n, f"Moment {n}") for n in range(13)], widget=ShortRadios)

    shown, folded = page(Slots()).split("<details")
    assert (shown.count('type="radio"'), folded.count('type="radio"')) == (10, 3)
    assert "Voir les 3 suivants" in folded
    assert folded.partition(">")[0].split()[-1] != "open"
    assert page(Slots({"slot": "12"})).split("<details")[1].partition(">")[0].split()[-1] == "open"


def test_a_short_list_of_radios_folds_nothing() -> None:
    class Slots(forms.Form):
        slot = forms.ChoiceField(choices=[(n, f"Moment {n}") for n in range(10)], widget=ShortRadios)

    assert "<details" not in page(Slots())


def test_the_link_to_a_list_without_choices_leads_to_the_list() -> None:
    class Empty(forms.Form):
        which = forms.MultipleChoiceField(choices=[], widget=forms.CheckboxSelectMultiple)

    shown = page(Empty({}))
    assert 'href="#id_which"' in shown
    assert 'id="id_which"' in shown


def test_lists_of_choices_are_fieldsets_described_by_their_help() -> None:
    shown = page(ProfileForm())
    assert '<fieldset class="field field-choices" aria-describedby="id_causes_helptext">' in shown
    assert "<legend>Causes</legend>" in shown


def test_what_was_typed_is_kept_and_escaped() -> None:
    shown = page(ProfileForm({"name": '"><script>', "email": "x"}))
    assert "<script>" not in shown
    assert "&quot;&gt;&lt;script&gt;" in shown


def test_general_and_hidden_errors_are_not_lost() -> None:
    class Hidden(forms.Form):
        token = forms.CharField(widget=forms.HiddenInput)

        def clean(self) -> None:
            raise forms.ValidationError("Cette demande n'existe plus.")

    shown = page(Hidden({}))
    assert "Cette demande n’existe plus." in shown
    assert "Il reste 2 points à corriger" in shown


def test_help_written_as_html_stays_html_and_labels_do_not() -> None:
    class Helped(forms.Form):
        name = forms.CharField(label="<b>", help_text="<em>l'usage</em>")

    shown = page(Helped())
    assert "<em>l’usage</em>" in shown
    assert "&lt;b&gt;" in shown


def test_two_forms_on_a_page_do_not_share_ids() -> None:
    one, two = str(ProfileForm(prefix="a")), str(ProfileForm(prefix="b"))
    ids = [set(re.findall(r'\bid="([^"]+)"', shown)) for shown in (one, two)]
    assert len(ids[0]) == len(ids[1]) > len(ProfileForm.base_fields)
    assert ids[0] & ids[1] == set()


def test_folded_groups_open_on_what_is_chosen() -> None:
    class Places(forms.Form):
        where = forms.MultipleChoiceField(
            choices=[
                ("Nord", [("59", "Nord"), ("62", "Pas-de-Calais")]),
                ("Sud", [("13", "Bouches-du-Rhône")]),
            ],
            widget=FoldedCheckboxes,
        )

    shown = page(Places(initial={"where": ["59", "62"]}))
    assert shown.count(" open>") == 1
    assert shown.count("checked") == 2
    assert "<summary>Sud</summary>" in shown


def test_choices_in_groups_without_folding_are_named_groups() -> None:
    class Skills(forms.Form):
        skills = forms.MultipleChoiceField(
            choices=[("Droit", [("contrats", "Contrats")])], widget=forms.CheckboxSelectMultiple
        )

    assert 'role="group" aria-label="Droit"' in page(Skills())


def test_a_date_goes_to_the_browser_in_iso_form() -> None:
    assert 'value="2026-12-07"' in DateInput().render("day", date(2026, 12, 7))


def test_a_formset_keeps_its_management_form() -> None:
    formset = forms.formset_factory(ProfileForm, extra=2)()
    assert "form-TOTAL_FORMS" in page(formset)
