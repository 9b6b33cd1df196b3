"""What people may be called: mails say it to others, who read it as the site's own words."""

import pytest

from accounts.forms import PersonForm
from accounts.models import User
from tests.accounts.factories import StaffFactory

OURS = "celui de l’équipe"
NUMBER = "sans numéro"
LINK = "sans adresse de site"


def refused(first, last, person=None):
    form = PersonForm({"first_name": first, "last_name": last}, instance=person or User())
    return " ".join(text for errors in form.errors.values() for text in errors)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("Équipe", "Mecenova"),
        ("Équipe", "MecenovaOfficiel"),
        ("Équipe", "M e c e n o v a"),
        ("Méce", "Nova"),
        ("Équipe", "I.M.S."),
        ("Équipe", "I. M. S. France"),
        ("Équipe", "lMS"),
        ("Équipe", "ıms"),
        ("I", "MS"),
        ("Équipe", "M\u0435cenova"),  # A Cyrillic letter.
        ("Équipe", "MECE\u039d\u039fVA"),  # Greek ones.
        ("Équipe", "IM\u0405"),
        ("Équipe", "\u026a\u1d0d\ua731"),  # Small capitals of phonetics.
        ("Équipe", "\u01c0MS"),  # A click.
        ("Équipe", "Mece\u200dnova"),  # What joins letters shows nothing.
        ("Équipe", "Mece\ufe0fnova"),
        ("Équipe", "Mecen\U000e0020ova"),
    ],
)
def test_nobody_passes_for_the_team(first, last):
    assert OURS in refused(first, last)


@pytest.mark.parametrize("last", ["0899 12 34 56", "au 0 8 9 9 7 0", "٠٨٩٩١٢"])
def test_no_name_gives_a_number_to_call(last):
    assert NUMBER in refused("Rappelez le", last)


@pytest.mark.parametrize(
    "last", ["t.me/prix", "x.com/gagne", "T.ME/PRIX", "t.me", "evil\u3002com", "mal.example"]
)
def test_no_name_leads_to_a_site(last):
    assert LINK in refused("Gagnez", last)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("J.P.", "Dupont"),
        ("J.", "P.Dupont"),
        ("Léa", "O’Neill-Roux (née D'Arc)"),
        ("Nguyễn Thị", "Đặng"),
        ("Yıldız", "Şimşek"),
        ("Zoe\u0308", "Łukasiewicz"),
        ("Kim", "Simsek"),
        ("Carme", "Cenova"),
        ("Mécé", "Novateur"),
        ("Μαρία", "Σιμς"),
        ("Максим", "Смирнов"),
        ("جميلة", "Léa 🌱"),
        ("Jean", "Dupont 1ᵉʳ, 1955"),
        ("Mª", "Núñez, de la Peña"),
    ],
)
def test_true_names_pass(first, last):
    assert not refused(first, last)


@pytest.mark.django_db
def test_the_team_bears_its_own_name():
    assert not refused("Inès", "IMS", StaffFactory())
