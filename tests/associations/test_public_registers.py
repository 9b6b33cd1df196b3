"""The files that a French team would bring: each as it is published, with invented rows.

The national register (RNA, ISO-8859-1 and « ; »), the common schema of grants (SCDL), a city's grants, and
lists that give a place in a whole address or by a département alone.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from associations import nomenclatures
from associations.imports import AssociationImporter
from associations.models import Association
from associations.nomenclatures import audiences_of, causes_of, programmes_in, social_objects_in
from mecenova.imports import cells
from mecenova.imports.running import run_import
from mecenova.reference.models import Audience, Cause

pytestmark = pytest.mark.usefixtures("elsewhere")

RNA_HEADER = (
    "id;id_ex;siret;rup_mi;gestion;date_creat;date_decla;date_publi;date_disso;nature;groupement;titre;"
    "titre_court;objet;objet_social1;objet_social2;adrs_complement;adrs_numvoie;adrs_repetition;adrs_typevoie;"
    "adrs_libvoie;adrs_distrib;adrs_codeinsee;adrs_codepostal;adrs_libcommune;adrg_declarant;adrg_complemid;"
    "adrg_complemgeo;adrg_libvoie;adrg_distrib;adrg_codepostal;adrg_achemine;adrg_pays;dir_civilite;siteweb;"
    "publiweb;observation;position;maj_time"
)
NEVER = "0001-01-01"


def rna_row(
    number: str, name: str, purpose: str, first: str, second: str, *, ended: str = NEVER, position: str = "A"
) -> str:
    cells = (
        f"{number};;;;691P;1998-03-02;2020-01-01;1998-03-28;{ended};D;S;{name};{name[:20]};{purpose};{first};"
        f"{second};;12;;RUE;DES LILAS;_;69383;69003;Lyon;Madame X;;;12 RUE DES LILAS;;69003;LYON;FRANCE;PM;"
        f"www.essai.example;1;;{position};2024-01-01 00:00:00"
    )
    return ";".join(f'"{cell}"' for cell in cells.split(";"))


@pytest.fixture
def bring(tmp_path, db):
    def run(text: str, encoding: str = "utf-8"):
        path = tmp_path / "registre.csv"
        path.write_text(text, encoding=encoding, newline="")
        report = run_import(path, AssociationImporter(), commit=True)
        assert report.balances
        return report

    return run


def named(name: str) -> Association:
    return Association.objects.select_related("organisation__department").get(organisation__name=name)


def slugs(relation) -> list[str]:
    return sorted(relation.values_list("slug", flat=True))


@pytest.mark.django_db
def test_the_tables_name_causes_and_publics_that_exist():
    causes = causes_of(nomenclatures.CAUSES_OF_PROGRAMME) + causes_of(nomenclatures.CAUSES_OF_SOCIAL_OBJECT)
    audiences = audiences_of(nomenclatures.AUDIENCES_OF_PROGRAMME)
    audiences += audiences_of(nomenclatures.AUDIENCES_OF_SOCIAL_OBJECT)
    assert set(causes) <= set(Cause.objects.values_list("slug", flat=True))
    assert set(audiences) <= set(Audience.objects.values_list("slug", flat=True))


def test_no_programme_is_written_as_a_social_object():
    programmes = {*nomenclatures.CAUSES_OF_PROGRAMME, *nomenclatures.AUDIENCES_OF_PROGRAMME}
    objects = {*nomenclatures.CAUSES_OF_SOCIAL_OBJECT, *nomenclatures.AUDIENCES_OF_SOCIAL_OBJECT}
    assert not programmes & objects
    assert {len(code) for code in objects} == {3, 6}


def test_the_national_register_as_it_is_published(bring):
    rows = [
        rna_row("W691000001", "Les Élans", "faire nager des enfants handicapés", "011018", "000000"),
        rna_row("W691000002", "Après l’école", "aide aux devoirs", "015025", "019014"),
        rna_row("W691000003", "Les Collectionneurs", "échanger des timbres", "007025", ""),
        rna_row("W691000004", "Partie hier", "rien", "024000", "", ended="2021-05-04", position="D"),
        rna_row("W691000005", "Rayée", "rien", "024000", "", position="S"),
    ]
    report = bring("\r\n".join([RNA_HEADER, *rows]).replace("’", "'") + "\r\n", encoding="iso-8859-1")
    assert (report.created, report.rejected) == (3, 2)
    swim = named("Les Élans")
    assert (swim.rna, swim.purpose) == ("W691000001", "faire nager des enfants handicapés")
    assert (slugs(swim.causes), slugs(swim.audiences)) == (["handicap", "sport"], ["personnes-handicapees"])
    place = swim.organisation
    assert (place.postal_code, place.town, place.department.code) == ("69003", "Lyon", "69")
    assert place.website == "https://www.essai.example"
    assert slugs(named("Après l'école").causes) == ["education"]
    assert slugs(named("Les Collectionneurs").causes) == []
    assert "Madame X" not in str(list(Association.objects.values()))


def test_those_that_are_no_more_are_told_and_left_out(bring, tmp_path):
    path = tmp_path / "registre.csv"
    path.write_text(
        "nom;position;date de dissolution\nA;D;\nB;dissoute;\nC;;04/05/2021\nD;A;0001-01-01\nE;active;\n"
    )
    rejects = tmp_path / "rejets.csv"
    report = run_import(path, AssociationImporter(), commit=True, rejects=rejects)
    assert (report.created, report.rejected) == (2, 3)
    assert rejects.read_text("utf-8-sig").count("cette association n’existe plus") == 3


def test_the_common_schema_of_grants(bring):
    bring(
        "nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,objet,"
        "montant,nature,conditionsVersement,datesPeriodeVersement,idRAE,notificationUE,pourcentageSubvention\n"
        "Ville,21690123100011,2024-01-01,D1,Les Cartables,35600000000048,Aide aux devoirs,1500,"
        "aide en numéraire,unique,2024-01-01,,non,1\n"
    )
    found = named("Les Cartables")
    assert (found.siren, found.purpose) == ("356000000", "Aide aux devoirs")


def test_a_city_that_tells_its_grants(bring):
    bring(
        "Numéro de dossier;Année budgétaire;Collectivité;Nom Bénéficiaire;Numéro Siret;Objet du dossier;"
        "Montant voté;Direction;Nature de la subvention;Secteurs d'activités définies par l'association\n"
        "2021_1;2021;Ville;LES PLANCHES;356 000 000 00048;théâtre au collège;3000;DAC;Projet;"
        '"Culture & Arts;Education & formation"\n'
    )
    assert slugs(named("LES PLANCHES").causes) == ["culture", "education"]


@pytest.mark.parametrize(
    ("header", "cell", "place"),
    [
        ("adresse", "12 rue des Lilas, 69003 Lyon", ("69003", "Lyon", "69")),
        (
            "siège social",
            "Mairie, 1 place 12345, 97460 Saint-Paul (La Réunion)",
            ("97460", "Saint-Paul", "974"),
        ),
        ("commune", "75011 Paris", ("75011", "Paris", "75")),
        ("adresse", "12 rue des Lilas", ("", "", None)),
        ("département", "Ardèche", ("", "", "07")),
        ("département", "7", ("", "", "07")),
        ("département", "2A", ("", "", "2A")),
        ("département", "Bretagne", ("", "", None)),
        ("département", "France", ("", "", None)),
    ],
)
def test_a_place_however_it_is_written(bring, header, cell, place):
    bring(f'nom;{header}\nUne;"{cell}"\n')
    found = named("Une").organisation
    assert (found.postal_code, found.town, found.department and found.department.code) == place


def test_a_postal_code_comes_before_an_address(bring):
    bring('nom;code_postal;commune;adresse\nUne;69003;Lyon;"1 rue X, 75011 Paris"\n')
    found = named("Une").organisation
    assert (found.postal_code, found.town) == ("69003", "Lyon")


@pytest.mark.parametrize(
    ("identifier", "numbers"),
    [
        ("W691234567", ("W691234567", "")),
        ("35600000000048", ("", "356000000")),
        ("356 000 000", ("", "356000000")),
        ("12", ("", "")),
        ("A-2024/3", ("", "")),
    ],
)
def test_an_identifier_is_a_number_only_when_it_is_one(bring, identifier, numbers):
    report = bring(f"id;nom\n{identifier};Une\n")
    assert report.rejected == 0
    assert (named("Une").rna, named("Une").siren) == numbers


def test_a_spreadsheet_took_the_first_zero_off(bring):
    bring("nom;objet_social1\nUne;11018\n")
    assert slugs(named("Une").causes) == ["handicap", "sport"]


@pytest.mark.parametrize("text", ["", "000000", "99", "011", "abc", "1234567", "05"])
def test_what_is_no_social_object_says_nothing(text):
    assert social_objects_in(text) == []


def test_an_object_comes_before_its_family_and_a_programme_before_none():
    assert social_objects_in("011018 011065 900000") == ["011018", "011"]
    assert programmes_in("163-01, 163-99 et 999") == ["163-01", "163"]


@given(st.text(max_size=200))
def test_any_text_is_read_as_an_address_or_not(text):
    found = cells.postal_address(text)
    assert found is None or (len(found[0]) == 5 and found[0].isdecimal() and found[1] == found[1].strip())
