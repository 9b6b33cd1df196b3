import pytest
from hypothesis import given
from hypothesis import strategies as st

from mecenova.identifiers.names import department_code, fold, name_key


class TestFold:
    @pytest.mark.parametrize(
        ("written", "folded"),
        [
            ("Éducation", "education"),
            ("L’Œuvre", "l oeuvre"),
            ("L'ŒUVRE", "l oeuvre"),
            ("Ex\u00a0æquo", "ex aequo"),
            ("  Cœur\t de\n ville ", "coeur de ville"),
            ("« Ça bouge » !", "ca bouge"),
            ("A_B-C/D", "a b c d"),
            ("Saint\u2011Étienne", "saint etienne"),
            ("Nº\u00a012", "no 12"),
            ("e\u0301te\u0301", "ete"),
            ("ﬁn", "fin"),
            ("STRASSE", fold("Straße")),
            ("", ""),
            ("…!?", ""),
        ],
    )
    def test_one_form_for_all_spellings(self, written: str, folded: str) -> None:
        assert fold(written) == folded

    @given(st.text())
    def test_folding_twice_changes_nothing(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    @given(st.text())
    def test_no_double_nor_outer_space_nor_capital(self, text: str) -> None:
        folded = fold(text)
        assert folded == " ".join(folded.split())
        assert folded == folded.strip()
        assert "_" not in folded

    @given(st.text(alphabet=st.characters(codec="latin-1")))
    def test_capitals_never_matter_in_french(self, text: str) -> None:
        assert fold(text.replace("µ", "").upper()) == fold(text.replace("µ", ""))


class TestNameKey:
    @pytest.mark.parametrize(
        "spelling",
        [
            "Télé Bocal",
            "TÉLÉ  BOCAL",
            "Association Télé-Bocal",
            "L’association « Télé Bocal »",
            "ASSOCIATION LOI 1901 TELE BOCAL",
            "Télé Bocal (association)",
            "Télé Bocal (association loi de 1901)",
            "Asso. Télé Bocal",
        ],
    )
    def test_same_association_same_key(self, spelling: str) -> None:
        assert name_key(spelling) == "tele bocal"

    @pytest.mark.parametrize(
        "spelling",
        ["Dupont & Fils SAS", "S.A.S. Dupont et fils", "SARL DUPONT ET FILS", "Dupont & Fils S.A."],
    )
    def test_legal_forms_of_companies_do_not_count(self, spelling: str) -> None:
        assert name_key(spelling) == "dupont et fils"

    @pytest.mark.parametrize(
        "spelling", ["ADMR de Brest", "A.D.M.R. de Brest", "A. D. M. R. de Brest", "a.d.m.r de brest"]
    )
    def test_acronyms_lose_their_dots(self, spelling: str) -> None:
        assert name_key(spelling) == "admr de brest"

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Fondation Lumière", "Lumière"),
            ("SA Mérignac", "Mérignac"),
            ("Les Associations du Port", "Les du Port"),
            ("Union Sportive", "Union"),
            ("Sarlat Basket", "at Basket"),
            ("Amis de l’école A", "Amis de l’école B"),
        ],
    )
    def test_different_bodies_keep_different_keys(self, one: str, other: str) -> None:
        assert name_key(one) != name_key(other)

    @pytest.mark.parametrize("spelling", ["Association", "SAS", "Loi 1901", "L’association"])
    def test_a_name_of_legal_words_only_is_kept(self, spelling: str) -> None:
        assert name_key(spelling)

    @given(st.text())
    def test_key_of_a_key_is_the_key(self, text: str) -> None:
        assert name_key(name_key(text)) == name_key(text)

    @given(st.text())
    def test_never_empty_when_the_name_has_a_letter(self, text: str) -> None:
        assert bool(name_key(text)) >= bool(fold(text))


class TestDepartmentCode:
    @pytest.mark.parametrize(
        ("postal_code", "code"),
        [
            ("75020", "75"),
            ("01000", "01"),
            ("95880", "95"),
            ("75 020", "75"),
            ("F-69003", "69"),
            ("31000 TOULOUSE CEDEX", "31"),
            ("20000", "2A"),
            ("20137", "2A"),
            ("20200", "2B"),
            ("20290", "2B"),
            ("20600", "2B"),
            ("20537", "2A"),
            ("97098", "977"),
            ("97051", "978"),
            ("97120", "971"),
            ("97200", "972"),
            ("97300", "973"),
            ("97400", "974"),
            ("97600", "976"),
            ("97500", "975"),
            ("97133", "977"),
            ("97150", "978"),
            ("98600", "986"),
            ("98713", "987"),
            ("98800", "988"),
        ],
    )
    def test_a_postal_code_tells_its_place(self, postal_code: str, code: str) -> None:
        assert department_code(postal_code) == code

    @pytest.mark.parametrize(
        "postal_code",
        [
            "",
            " ",
            "00100",
            "00000",
            "96000",
            "98000",
            "98400",
            "99123",
            "97000",
            "97900",
            "20900",
            "1000",
            "750200",
            "7502O",
            "Paris",
            "2A000",
            "١٢٣٤٥",
            "²0000",
        ],
    )
    def test_what_does_not_tell_gives_nothing(self, postal_code: str) -> None:
        assert department_code(postal_code) is None

    @given(st.text(max_size=12))
    def test_never_raises(self, text: str) -> None:
        assert department_code(text) is None or len(department_code(text)) in (2, 3)
