import pytest
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from mecenova.identifiers.emails import refuse_look_alikes
from mecenova.identifiers.fields import AddressField

LOOK_ALIKES = [
    "associat\u0131on@exemple.fr",
    "i\u017fis@exemple.fr",
    "\u212aarim@exemple.fr",
    "\u0130ris@exemple.fr",
    "i\u0307ris@exemple.fr",
    "lea@\u0131ris.fr",
    "lea@i\u0307ris.fr",
    "lea@exemple\u017f.fr",
]


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_a_letter_that_looks_like_another_is_refused(address):
    with pytest.raises(ValidationError, match="lettre ordinaire du clavier"):
        refuse_look_alikes(address)


def test_the_letters_of_a_country_s_own_names_are_not():
    for address in ("lea.roux+essai@exemple.fr", "lea@forêt.fr", "O'Neil@Exemple.FR"):
        refuse_look_alikes(address)


def test_django_lets_some_through():
    """Why this is needed: on the day this fails, half of it can go."""
    validate_email("associat\u0131on@exemple.fr")


def test_a_form_says_which_letter():
    with pytest.raises(ValidationError) as refused:
        AddressField(error_messages={"invalid": "Écrivez une adresse complète."}).clean(
            "i\u017fis@exemple.fr"
        )
    assert "«\u202f\u017f\u202f»" in " ".join(refused.value.messages)
