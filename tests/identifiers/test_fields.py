import pytest
from django.core.exceptions import ValidationError

from mecenova.identifiers.fields import PhoneField, PostalCodeField, WebsiteField, WholeNumberField


@pytest.mark.parametrize(("typed", "kept"), [("59000", "59000"), (" 59 000 ", "59000"), ("2A004", None)])
def test_a_postal_code_is_five_digits_spaces_or_not(typed, kept):
    if kept is None:
        with pytest.raises(ValidationError, match="cinq chiffres"):
            PostalCodeField().clean(typed)
    else:
        assert PostalCodeField().clean(typed) == kept


@pytest.mark.parametrize("typed", ["5900", "590000", "٥٩٠٠٠", "59000\n1", "a\x00b", "5" * 400])
def test_anything_else_is_refused(typed):
    with pytest.raises(ValidationError):
        PostalCodeField().clean(typed)


@pytest.mark.parametrize("typed", ["99999", "00000", "96000", "97999"])
def test_a_code_of_no_departement_is_refused_and_says_what_to_write(typed):
    with pytest.raises(ValidationError) as refused:
        PostalCodeField().clean(typed)
    assert refused.value.messages == [
        f"{typed} n’est le code postal d’aucun département. Vérifiez-le, ou écrivez celui de la mairie de "
        "votre commune."
    ]


@pytest.mark.parametrize("typed", ["20000", "20200", "20537", "75380", "97133", "97051", "97400", "98800"])
def test_corsica_overseas_and_cedex_codes_are_codes(typed):
    assert PostalCodeField().clean(typed) == typed


def test_it_can_be_left_out_when_the_form_says_so():
    assert PostalCodeField(required=False).clean("  ") == ""
    with pytest.raises(ValidationError, match="code postal du siège"):
        PostalCodeField().clean("")


@pytest.mark.parametrize(
    "typed", ["", "06 12 34 56 78", "+33 (0)3 20 12 34 56", "72.25.23", "03 20 12 34 56, demander Léa"]
)
def test_a_telephone_is_what_a_person_can_dial(typed):
    assert PhoneField().clean(typed) == typed


@pytest.mark.parametrize("typed", ["appelez-moi 🌻 le soir", "12", "0" * 31])
def test_what_nobody_can_dial_is_no_telephone(typed):
    with pytest.raises(ValidationError):
        PhoneField().clean(typed)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (PhoneField(), "le soir", "06 12 34 56 78"),
        (WebsiteField(), "notre site", "www.exemple.fr"),
        (WholeNumberField(min_value=1), "0", "Écrivez 1 ou plus"),
        (WholeNumberField(max_value=1000), "1001", "Écrivez 1\u202f000 au plus"),
        (WholeNumberField(), "trois", "en chiffres"),
    ],
)
def test_what_is_refused_says_what_to_write(field, typed, said):
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    assert said in " ".join(refused.value.messages)
