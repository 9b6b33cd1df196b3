import pytest
from django.core.exceptions import ValidationError

from mecenova.identifiers.fields import PostalCodeField


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


def test_it_can_be_left_out_when_the_form_says_so():
    assert PostalCodeField(required=False).clean("  ") == ""
    with pytest.raises(ValidationError, match="code postal du siège"):
        PostalCodeField().clean("")
