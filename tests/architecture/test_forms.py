"""Forms: what is wanted is asked for in words that say what to write or to choose."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from allauth.account import forms as of_allauth
from django import forms

from accounts.forms import CodeForm, EntranceForm, SignUpForm
from tests.architecture.house import APPS, ROOT, python_files

# Those of allauth that the site shows as they are.
SHOWN_AS_THEY_ARE = (
    of_allauth.AddEmailForm,
    of_allauth.ChangePasswordForm,
    of_allauth.ReauthenticateForm,
    of_allauth.ResetPasswordForm,
    of_allauth.ResetPasswordKeyForm,
    of_allauth.SetPasswordForm,
)
# Their fields are known once they are made.
MADE = (CodeForm, EntranceForm, SignUpForm)


def declared() -> Iterator[type[Any]]:
    for path in python_files():
        module = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        if "forms" in module.split("."):
            import_module(module.removesuffix(".__init__"))
    found = [forms.BaseForm]
    for form in found:
        found += form.__subclasses__()
    for form in dict.fromkeys(found):
        if form.__module__.split(".")[0] in {*APPS, "mecenova"} and form not in MADE:
            yield form


def wanted_in_the_words_of_django(fields: dict[str, forms.Field]) -> list[str]:
    plain = str(forms.Field.default_error_messages["required"])
    return [
        name
        for name, field in fields.items()
        if field.required and not field.widget.is_hidden and str(field.error_messages["required"]) == plain
    ]


def test_no_form_says_only_that_a_field_is_wanted():
    fields = {form: form.base_fields for form in (*declared(), *SHOWN_AS_THEY_ARE)}
    fields |= {form: form().fields for form in MADE}
    assert len(fields) > 50
    left = {form.__name__: wanted_in_the_words_of_django(of_it) for form, of_it in fields.items()}
    assert {name: names for name, names in left.items() if names} == {}


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (forms.ChoiceField(), "Choisissez"),
        (forms.MultipleChoiceField(), "Cochez au moins une"),
        (forms.DateField(), "jour"),
        (forms.IntegerField(), "nombre"),
        (forms.EmailField(), "adresse complète"),
    ],
)
def test_the_kind_of_a_field_says_what_to_do(field, said):
    with pytest.raises(forms.ValidationError, match=said):
        field.clean(None)
