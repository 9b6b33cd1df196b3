"""Registers of associations: what each column becomes, what is never overwritten, and what a crash leaves."""

import csv
import io
import os
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import OrganisationKind, OrganisationStatus, Origin
from accounts.models import Duplicate, Organisation
from associations.imports import AssociationImporter
from associations.models import Association
from associations.operations import imports as operations
from matching.models import ChangedSubject
from mecenova.agenda.models import FollowUp
from mecenova.imports import running
from mecenova.imports.running import run_import
from mecenova.mail.models import OutgoingMail
from mecenova.workflow.models import TransitionRecord
from tests.accounts.factories import MembershipFactory, OrganisationFactory
from tests.associations.factories import AssociationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("elsewhere")]

REGISTER = """nom;code_postal;commune;objet;montant_recu;programme
Les Amis de la Page;69003;Lyon;"Achat  de
livres ; Achat de livres";5000.0;224-02
Association Sport et Cœur;20200;Bastia;Fonctionnement;100;219_01
Comité des fêtes;;;Fonctionnement;1;163-01
Vieux jours;1000;Bourg;;2;157-05
Hors France;98000;Monaco;Aide;3;17-606
"""
RNA, OTHER_RNA, SIREN = "W691234567", "W751234567", "356000000"


@pytest.fixture
def bring(tmp_path):
    """`bring(text)` imports it and gives the report."""

    def run(text, *, as_checked=False, commit=True, name="registre.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8", newline="")
        return run_import(path, AssociationImporter(as_checked=as_checked), commit=commit)

    return run


def figures(report):
    assert report.balances
    return report.created, report.updated, report.unchanged, report.rejected


def named(name):
    return Association.objects.select_related("organisation__department").get(organisation__name=name)


def slugs(relation):
    return sorted(relation.values_list("slug", flat=True))


def test_a_register_becomes_unclaimed_records_with_what_can_be_derived(bring):
    report = bring(REGISTER)
    assert figures(report) == (5, 0, 0, 0)
    first = named("Les Amis de la Page")
    assert (first.purpose, slugs(first.causes)) == ("Achat de livres", ["culture"])
    assert (first.organisation.status, first.organisation.origin) == (
        OrganisationStatus.UNCLAIMED,
        Origin.IMPORT,
    )
    assert (first.organisation.town, first.organisation.department.code) == ("Lyon", "69")
    assert named("Association Sport et Cœur").organisation.department.code == "2B"
    assert slugs(named("Association Sport et Cœur").causes) == ["sport"]
    assert slugs(named("Comité des fêtes").causes) == ["citoyennete"]
    old = named("Vieux jours")
    assert (old.organisation.postal_code, old.organisation.department.code) == ("01000", "01")
    assert (slugs(old.causes), slugs(old.audiences)) == ([], ["personnes-agees"])
    assert named("Hors France").organisation.department is None
    assert {kind: words.total() for kind, words in report.notes.items()} == {
        "sans code postal ni commune": 1,
        "sans objet": 1,
        "sans cause connue": 2,
        "programme qui ne dit aucune cause": 2,
        "code postal d’aucun département, département laissé vide": 1,
    }


def test_unclaimed_records_owe_nothing_and_nobody_is_written_to(bring):
    bring(REGISTER)
    assert not FollowUp.objects.exists()
    assert not OutgoingMail.objects.exists()
    assert not ChangedSubject.objects.exists()
    assert Counter(TransitionRecord.objects.values_list("verb", "target")) == {("create", "unclaimed"): 5}


def test_checked_imports_have_one_step_owed_by_the_platform(bring):
    bring(REGISTER)
    report = bring(REGISTER, as_checked=True)
    assert figures(report) == (0, 5, 0, 0)
    assert figures(bring(REGISTER, as_checked=True)) == (0, 0, 5, 0)
    bring("nom\nNouvelle venue\n", as_checked=True)
    assert set(FollowUp.objects.steps().values_list("rule", "owner")) == {
        ("associations.presentation", "platform")
    }
    steps = Counter(FollowUp.objects.steps().values_list("subject_id", flat=True))
    assert steps == Counter(Organisation.objects.checked().values_list("pk", flat=True))
    assert not OutgoingMail.objects.exists()
    assert ChangedSubject.objects.count() == 6
    assert TransitionRecord.objects.filter(verb="check").count() == 5
    assert not Organisation.objects.checked().filter(checked_at__isnull=True).exists()


def test_a_near_duplicate_is_told_before_it_is_written_and_listed_at_once(bring):
    bring("nom;code_postal;commune\nLes Cuisines du Faubourg;69003;Lyon\n")
    text = (
        "nom;code_postal;commune\n"
        "Cuisines du faubourg (Les);69003;Lyon\n"
        "Les Cuisines du Faubourgs;69003;Lyon\n"
    )
    trial = bring(text, commit=False)
    assert not Duplicate.objects.exists()
    report = bring(text)
    assert trial.alike_count == report.alike_count == Duplicate.objects.to_look_at().count() == 3
    told = {each for pair in trial.alike for each in pair}
    assert "Cuisines du faubourg (Les), 69003 Lyon" in told
    assert "À comparer, peut-être un seul organisme\u00a0: 3" in list(trial.lines())
    assert bring("nom;code_postal\nTout autre chose;69003\n").alike_count == 0


def test_a_second_run_changes_nothing(bring):
    bring(REGISTER)
    before = list(Association.objects.order_by("pk").values())
    assert figures(bring(REGISTER)) == (0, 0, 5, 0)
    assert list(Association.objects.order_by("pk").values()) == before


def test_a_trial_writes_nothing_and_says_the_same(bring):
    twice = REGISTER + "LES AMIS DE LA PAGE;69003;;;;\n"
    trial = bring(twice, commit=False)
    assert not Organisation.objects.exists()
    assert figures(trial) == figures(bring(twice)) == (5, 0, 1, 0)


def test_other_columns_of_another_register(bring):
    text = (
        "Dénomination,CP,Ville,Mission,RNA,SIRET,Thème,Publics,Territoires,Site web,Tél\n"
        f"Les Amis,69003,Lyon,Aider,{RNA.lower()},356 000 000 00048,"
        '"Culture|sport|voile",jeunes|Martiens,69|France|Atlantide,exemple.fr,04 72 00 00 00\n'
    )
    report = bring(text)
    found = named("Les Amis")
    assert (found.rna, found.siren, found.registry) == (RNA, SIREN, "rna")
    assert (slugs(found.causes), slugs(found.audiences)) == (["culture", "sport"], ["jeunes"])
    assert sorted(found.territories.values_list("code", flat=True)) == ["69", "FR"]
    assert (found.organisation.website, found.organisation.phone) == ("https://exemple.fr", "04 72 00 00 00")
    assert set(report.notes) == {"cause inconnue", "public inconnu", "territoire inconnu"}
    assert report.notes["cause inconnue"] == {"voile": 1}


def test_named_causes_win_over_the_programme(bring):
    bring("nom;causes;programme\nA;handicap;219-01\nB;;219-01\n")
    assert (slugs(named("A").causes), slugs(named("B").causes)) == (["handicap"], ["sport"])


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (";x;;", "le nom manque"),
        ("« !? »;x;;", "ni lettre ni chiffre"),
        ("N" * 251 + ";x;;", "250 caractères"),
        ("A;x;W12;", "rna « W12 »"),
        ("A;x;;123456789", "SIREN n’existe pas"),
        ("A;x;;12345", "9 chiffres"),
        ("A;x;;35600000000049", "siren"),
    ],
)
def test_wrong_rows_are_rejected_with_the_reason(bring, row, told):
    report = bring(f"nom;objet;rna;siren\n{row}\nBonne;x;;\n")
    assert figures(report) == (1, 0, 0, 1)
    assert told in next(iter(report.reasons)).replace("\u202f", " ")


def test_nothing_known_is_replaced_by_nothing(bring):
    bring(f"nom;code_postal;commune;objet;causes;rna\nA;69003;Lyon;Aider;culture;{RNA}\n")
    assert figures(bring("nom;code_postal;commune;objet;causes;rna\nA;69003;;;;\n")) == (0, 0, 1, 0)
    assert figures(bring("nom;code_postal;objet;causes\nA;69003;Aider mieux;sport\n")) == (0, 1, 0, 0)
    found = named("A")
    assert (found.purpose, found.rna, found.organisation.town) == ("Aider mieux", RNA, "Lyon")
    assert slugs(found.causes) == ["culture", "sport"]


def test_what_members_wrote_is_theirs(bring):
    association = AssociationFactory(purpose="Écrit par nous", causes=("sport",))
    organisation = association.organisation
    MembershipFactory(organisation=organisation)
    row = f"{organisation.name};{organisation.postal_code};Ailleurs;Autre chose;culture;jeunes;0472000000"
    header = "nom;code_postal;commune;objet;causes;publics;telephone"
    report = bring(f"{header}\n{row}\n", as_checked=True)
    assert figures(report) == (0, 1, 0, 0)
    assert report.notes == {"ce que les membres ont écrit est gardé": {"": 1}}
    association.refresh_from_db()
    organisation.refresh_from_db()
    assert (association.purpose, slugs(association.causes)) == ("Écrit par nous", ["sport"])
    assert (organisation.town, organisation.phone) == ("Lille", "0472000000")
    assert slugs(association.audiences) == ["jeunes"]
    assert figures(bring(f"{header}\n{row}\n")) == (0, 0, 1, 0)
    assert FollowUp.objects.steps().get().rule == "associations.complete_profile"


def test_an_association_to_check_is_not_checked_by_a_file(bring):
    organisation = OrganisationFactory(status=OrganisationStatus.TO_CHECK)
    MembershipFactory(organisation=organisation)
    report = bring(f"nom;code_postal\n{organisation.name};{organisation.postal_code}\n", as_checked=True)
    organisation.refresh_from_db()
    assert organisation.status == OrganisationStatus.TO_CHECK
    assert figures(report) == (0, 1, 0, 0), "it had no profile yet"


def test_one_that_left_stays_away(bring):
    gone = OrganisationFactory(status=OrganisationStatus.LEFT)
    report = bring(f"nom;code_postal\n{gone.name};{gone.postal_code}\n", as_checked=True)
    assert figures(report) == (0, 0, 0, 1)
    assert "quitté" in next(iter(report.reasons))


def test_a_company_of_the_same_name_is_another_record(bring):
    OrganisationFactory(kind=OrganisationKind.COMPANY, name="Les Amis", postal_code="69003")
    assert figures(bring("nom;code_postal\nLes Amis;69003\n")) == (1, 0, 0, 0)


def test_a_number_belongs_to_one_record(bring):
    AssociationFactory(rna=RNA)
    report = bring(
        "nom;code_postal;rna\n"
        f"A;69003;{RNA}\n"  # of another
        f"B;69003;{OTHER_RNA}\n"
        f"C;69003;{OTHER_RNA}\n"  # of the row before
        f"B;69003;W131234567\n"  # another number for the same record
        "D;69003;néant\n"
    )
    assert figures(report) == (2, 0, 0, 3)
    assert [reason[:40] for reason in report.reasons] == [
        "une fiche d’un autre nom ou d’un autre c",
        "la fiche de ce nom et de ce code postal ",
    ]


def test_rows_of_one_file_complete_each_other_and_the_second_run_agrees(bring):
    text = "nom;objet;causes;rna\nA;;culture;\na;Aider;sport;\nA !;Autre;;" + RNA + "\nAssociation A;;;\n"
    report = bring(text)
    assert (figures(report), report.duplicates) == ((1, 2, 1, 0), 3)
    assert (named("A").purpose, named("A").rna, slugs(named("A").causes)) == (
        "Aider",
        RNA,
        ["culture", "sport"],
    )
    assert figures(bring(text)) == (0, 0, 4, 0)


def test_a_long_purpose_is_cut_and_told(bring):
    report = bring(f"nom;objet\nA;{'mot ' * 5000}\n")
    assert len(named("A").purpose) <= 3000
    assert report.notes == {
        "objet raccourci à 3000 caractères": {"": 1},
        "sans cause connue": {"": 1},
        "sans code postal ni commune": {"": 1},
    }


def test_a_crash_leaves_whole_batches_and_running_again_completes(bring, monkeypatch):
    monkeypatch.setattr(running, "BATCH_ROWS", 2)
    write, calls = AssociationImporter.write, []

    def die_on_the_third(self, parsed, met):
        calls.append(len(parsed))
        outcomes = write(self, parsed, met)
        if len(calls) == 3:
            raise SystemExit("killed")
        return outcomes

    text = "nom\n" + "".join(f"Numéro {number}\n" for number in range(7))
    monkeypatch.setattr(AssociationImporter, "write", die_on_the_third)
    with pytest.raises(SystemExit):
        bring(text)
    kept = Association.objects.count()
    assert kept == Organisation.objects.count()
    monkeypatch.setattr(AssociationImporter, "write", write)
    report = bring(text)
    assert figures(report) == (7 - kept, 0, kept, 0)


def test_a_batch_that_fails_half_way_leaves_nothing_of_it(bring, monkeypatch):
    def fail(records):
        raise OSError("killed")

    monkeypatch.setattr(operations, "_save_lists", fail)
    with pytest.raises(OSError, match="killed"), transaction.atomic():
        bring("nom;causes\nA;culture\n")
    assert not Organisation.objects.exists()
    assert not TransitionRecord.objects.exists()


def test_somebody_signing_up_meanwhile_is_found_at_the_second_try(bring, monkeypatch):
    lock, tries = operations.lock_records, []

    def look_too_early(**options):
        tries.append(1)
        if len(tries) == 1:
            raise IntegrityError("organisation_same_record_once")
        return lock(**options)

    monkeypatch.setattr(operations, "lock_records", look_too_early)
    assert figures(bring("nom\nA\n")) == (1, 0, 0, 0)
    assert len(tries) == 2


@pytest.mark.parametrize("rows", [20, 400])
def test_the_number_of_queries_does_not_grow_with_the_rows(bring, query_count, rows):
    text = "nom;code_postal;objet;programme\n" + "".join(f"N{n};69003;x;219-01\n" for n in range(rows))
    assert query_count(lambda: bring(text, as_checked=True)) <= 45


def test_the_command_prints_a_balance_and_refuses_without_a_name_column(tmp_path, capsys):
    path = tmp_path / "registre.csv"
    path.write_text(REGISTER)
    call_command("import_associations", str(path), "--commit", "--as-checked")
    told = capsys.readouterr().out
    assert "5 = 5 + 0 + 0 + 0" in told
    assert "Colonnes facultatives absentes" in told
    assert "subventions passées" in told
    path.write_text("titulaire;cp\nA;69003\n")
    with pytest.raises(CommandError, match=r"« nom »|«\u202fnom\u202f»"):
        call_command("import_associations", str(path), "--commit")
    assert os.listdir() == []


words = st.sampled_from(
    [
        "",
        "A",
        "a",
        "Association A",
        "B",
        "É",
        "=1",
        "W691234567",
        "W751234567",
        "69003",
        "culture",
        "sport",
        "x\ny",
        "219-01",
    ]
)
rows = st.lists(
    st.tuples(*[words | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)] * 6),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_any_rows_balance_and_a_second_run_changes_nothing(tmp_path, rows):
    text = io.StringIO()
    header = ("nom", "code_postal", "objet", "causes", "rna", "programme")
    csv.writer(text).writerows([header, *rows, ("Toujours là", "", "", "", "", "")])
    path = tmp_path / "hasard.csv"
    path.write_text(text.getvalue(), encoding="utf-8", errors="replace", newline="")
    with transaction.atomic():
        first = run_import(path, AssociationImporter(), commit=True)
        second = run_import(path, AssociationImporter(), commit=True)
        transaction.set_rollback(True)
    assert first.balances
    assert figures(second) == (0, 0, first.read - first.rejected, first.rejected)


def test_saved_by_a_spreadsheet_a_file_keeps_its_telephones_and_its_places(bring):
    """Calc and Excel read « 01000 », « 01 » and « 0474010203 » as numbers, and write them so."""
    bring("nom;code_postal;territoires;telephone\nLes Amis de l’Ain;1000;1;474010203\n")
    found = named("Les Amis de l’Ain")
    assert found.organisation.phone == "0474010203"
    assert [place.code for place in found.territories.all()] == ["01"]
