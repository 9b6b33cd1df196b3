import contextlib
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from mecenova.identifiers.registry import clean_rna, clean_siren, clean_siret

LA_POSTE = "356000000"


def code_of(clean: Callable[[str], str], text: str) -> str:
    with pytest.raises(ValidationError) as refused:
        clean(text)
    message = refused.value.messages[0]
    assert "'" not in message
    assert "  " not in message
    return str(refused.value.code)


class TestSiren:
    @pytest.mark.parametrize(
        "text", ["732829320", "732 829 320", "732.829.320", "732\u00a0829\u202f320 ", "７３２829320"]
    )
    def test_accepts_what_people_copy(self, text: str) -> None:
        assert clean_siren(text) == "732829320"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "siren_characters"),
            ("73282932O", "siren_characters"),
            ("FR40303265045", "siren_characters"),
            ("73282932", "siren_length"),
            ("7328293200", "siren_length"),
            ("73282932000074", "siren_is_siret"),
            ("732829321", "siren_checksum"),
            ("723829320", "siren_checksum"),
            ("000000000", "siren_checksum"),
            ("٧٣٢٨٢٩٣٢٠", "siren_characters"),
        ],
    )
    def test_refuses_and_says_why(self, text: str, code: str) -> None:
        assert code_of(clean_siren, text) == code

    @given(st.integers(min_value=0, max_value=8), st.integers(min_value=1, max_value=9))
    def test_any_single_wrong_digit_is_seen(self, place: int, shift: int) -> None:
        digits = list("732829320")
        digits[place] = str((int(digits[place]) + shift) % 10)
        assert code_of(clean_siren, "".join(digits)) == "siren_checksum"

    @given(st.text())
    def test_only_ever_refuses_politely(self, text: str) -> None:
        with contextlib.suppress(ValidationError):
            assert clean_siren(text).isascii()


class TestSiret:
    def test_accepts_what_people_copy(self) -> None:
        assert clean_siret("732 829 320 00074") == "73282932000074"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("732829320", "siret_is_siren"),
            ("7328293200007", "siret_length"),
            ("7328293200007A", "siret_characters"),
            ("73282932000075", "siret_checksum"),
            ("00000000000000", "siret_siren"),
        ],
    )
    def test_refuses_and_says_why(self, text: str, code: str) -> None:
        assert code_of(clean_siret, text) == code

    def test_a_right_sum_on_a_wrong_siren_is_refused(self) -> None:
        """Two wrong digits can cancel out over fourteen: the first nine are checked by themselves."""
        from stdnum import luhn

        siren = "732829321"
        siret = next(f"{siren}{n:05}" for n in range(100) if luhn.is_valid(f"{siren}{n:05}"))
        assert code_of(clean_siret, siret) == "siret_siren"

    @given(st.integers(min_value=0, max_value=99_999).filter(lambda ending: ending != 48))
    def test_la_poste_counts_its_digits_by_five(self, ending: int) -> None:
        siret = f"{LA_POSTE}{ending:05}"
        if sum(map(int, siret)) % 5 == 0:
            assert clean_siret(siret) == siret
        else:
            assert code_of(clean_siret, siret) == "siret_checksum"

    def test_la_poste_head_office_and_branches(self) -> None:
        assert clean_siret(f"{LA_POSTE} 00048") == f"{LA_POSTE}00048"
        assert clean_siret(f"{LA_POSTE}49837") == f"{LA_POSTE}49837"
        assert code_of(clean_siret, f"{LA_POSTE}49838") == "siret_checksum"


class TestRna:
    @pytest.mark.parametrize("text", ["W751234567", "w751234567", "W 751 234 567", "W75-123.4567"])
    def test_accepts_what_people_copy(self, text: str) -> None:
        assert clean_rna(text) == "W751234567"

    def test_corsica_and_overseas_have_a_letter(self) -> None:
        assert clean_rna("w2a1000123") == "W2A1000123"
        assert clean_rna("W9R1000123") == "W9R1000123"

    @pytest.mark.parametrize(
        "text", ["", "751234567", "W75123456", "W7512345678", "WA51234567", "W75123456O", "W75123456٧"]
    )
    def test_refuses_and_says_why(self, text: str) -> None:
        assert code_of(clean_rna, text) == "rna_format"

    def test_the_refusal_tells_alsace_and_moselle_what_to_choose(self) -> None:
        with pytest.raises(ValidationError, match="Alsace-Moselle"):
            clean_rna("néant")

    def test_the_refusal_counts_letters_too_as_the_label_does(self) -> None:
        with pytest.raises(ValidationError, match="suivi de 9 caractères"):
            clean_rna("néant")
