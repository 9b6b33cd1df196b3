"""Files of companies and needs: what each column becomes, what is told, what is never overwritten."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from accounts.enums import OrganisationStatus
from accounts.models import Organisation
from companies.enums import GiverKind, NeedStatus
from companies.imports import CompanyImporter, NeedImporter, giver_of, kind_from_label
from companies.models import Company, Need
from companies.operations import close_need
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.imports.running import run_import
from mecenova.mail.models import OutgoingMail
from mecenova.ui.figures import short_date
from mecenova.workflow.models import TransitionRecord
from tests.accounts.factories import MembershipFactory
from tests.companies.factories import CompanyFactory, NeedFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("elsewhere")]

COMPANIES = """raison_sociale;secteur;departement;ville;causes;formes;territoires;capacite_mensuelle
Fondation Lumière;énergie;92;Nanterre;culture|sport;financial|skills;France|international;6
Boulons Réunis;quincaillerie;2A;Ajaccio;culture|voile;financial|troc;75|Atlantide;
"""
# Days that are never past, whenever the tests run.
SOON, LATER = (clock.today() + timedelta(days=days) for days in (30, 120))
NEEDS = f"""entreprise;titre;description;forme;causes;territoires;budget_min;budget_max;jours;date_limite
Fondation Lumière;Des ateliers pour tous;Nous cherchons;financial;culture;75|92;5 000;20 000,50;;{LATER}
fondation lumière;Du temps d’experts;;compétences;sport;;;;12;{SOON:%d/%m/%Y}
"""


@pytest.fixture
def bring(tmp_path):
    def run(text, importer, *, commit=True):
        path = tmp_path / "fichier.csv"
        path.write_text(text, encoding="utf-8")
        return run_import(path, importer, commit=commit)

    return run


@pytest.fixture
def bring_companies(bring):
    def run(text=COMPANIES, *, as_checked=False, **options):
        return bring(text, CompanyImporter(as_checked=as_checked), **options)

    return run


@pytest.fixture
def bring_needs(bring):
    return lambda text=NEEDS, as_checked=False, **options: bring(
        text, NeedImporter(as_checked=as_checked), **options
    )


def figures(report):
    assert report.balances
    return report.created, report.updated, report.unchanged, report.rejected


def slugs(relation):
    return sorted(relation.values_list("slug", flat=True))


def test_companies_come_in_with_their_policy(bring_companies):
    report = bring_companies()
    assert figures(report) == (2, 0, 0, 0)
    first = Company.objects.get(organisation__name="Fondation Lumière")
    assert (first.giver, first.sector.slug) == (GiverKind.FOUNDATION, "energie")
    assert (first.organisation.status, first.organisation.department.code) == ("unclaimed", "92")
    assert (slugs(first.policy.causes), first.policy.kinds) == (["culture", "sport"], ["financial", "skills"])
    assert sorted(first.policy.territories.values_list("code", flat=True)) == ["FR", "INT"]
    assert first.policy.monthly_capacity == 6
    second = Company.objects.get(organisation__name="Boulons Réunis")
    assert (second.giver, second.sector, second.policy.monthly_capacity) == (GiverKind.COMPANY, None, 3)
    assert {kind: dict(words) for kind, words in report.notes.items()} == {
        "secteur inconnu, laissé vide": {"quincaillerie": 1},
        "cause inconnue": {"voile": 1},
        "forme inconnue": {"troc": 1},
        "territoire inconnu": {"Atlantide": 1},
    }
    assert not FollowUp.objects.open().exists()
    assert not OutgoingMail.objects.exists()


def test_a_second_run_changes_nothing_and_checking_comes_later(bring_companies):
    bring_companies()
    assert figures(bring_companies()) == (0, 0, 2, 0)
    assert figures(bring_companies(as_checked=True)) == (0, 2, 0, 0)
    assert figures(bring_companies(as_checked=True)) == (0, 0, 2, 0)
    assert set(FollowUp.objects.steps().values_list("rule", "owner")) == {
        ("companies.keep_in_touch", "platform")
    }
    assert FollowUp.objects.steps().count() == 2
    assert Counter(TransitionRecord.objects.values_list("verb", "target")) == {
        ("create", "unclaimed"): 2,
        ("check", "checked"): 2,
    }
    assert not OutgoingMail.objects.exists()


def test_a_closed_door_stays_closed(bring_companies):
    bring_companies("raison_sociale;capacite_mensuelle\nA;0\n", as_checked=True)
    assert FollowUp.objects.steps().get().rule == "companies.closed_door"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (";3;", "manque"),
        ("!!!;3;", "ni lettre ni chiffre"),
        ("N" * 251 + ";3;", "250"),
        ("A;beaucoup;", "capacite_mensuelle"),
        ("A;-3;", "capacite_mensuelle"),
        ("A;501;", "500"),
        ("A;3;123456789", "SIREN"),
    ],
)
def test_wrong_rows_are_rejected(bring_companies, row, told):
    report = bring_companies(f"raison_sociale;capacite_mensuelle;siren\n{row}\nB;3;\n")
    assert figures(report) == (1, 0, 0, 1)
    assert told in next(iter(report.reasons))


def test_what_members_wrote_is_theirs(bring_companies):
    company = CompanyFactory(organisation__postal_code="", presentation="")
    MembershipFactory(organisation=company.organisation)
    header = "raison_sociale;secteur;ville;causes;formes;capacite_mensuelle;presentation"
    row = f"{company.organisation.name};énergie;Ailleurs;sport;in_kind;9;Écrit ailleurs"
    report = bring_companies(f"{header}\n{row}\n", as_checked=True)
    assert figures(report) == (0, 1, 0, 0)
    company = Company.objects.get(pk=company.pk)
    assert (company.sector.slug, company.organisation.town) == ("banque-et-finance", "Paris")
    assert (company.policy.monthly_capacity, company.policy.kinds) == (3, ["financial", "skills"])
    assert slugs(company.policy.causes) == ["education", "emploi-et-insertion"]
    assert company.presentation == "Écrit ailleurs"
    assert figures(bring_companies(f"{header}\n{row}\n")) == (0, 0, 1, 0)


def test_lists_grow_and_blanks_replace_nothing(bring_companies):
    bring_companies()
    text = "raison_sociale;secteur;causes;capacite_mensuelle\nFondation Lumière;;handicap;\n"
    assert figures(bring_companies(text)) == (0, 1, 0, 0)
    policy = Company.objects.get(organisation__name="Fondation Lumière").policy
    assert (slugs(policy.causes), policy.monthly_capacity) == (["culture", "handicap", "sport"], 6)
    assert policy.company.sector.slug == "energie"


def test_a_company_that_left_and_a_siren_of_another_are_rejected(bring_companies):
    CompanyFactory(organisation__name="Partie", organisation__postal_code="", organisation__status="left")
    CompanyFactory(siren="356000000")
    report = bring_companies("raison_sociale;siren\nPartie;\nNouvelle;356000000\n")
    assert figures(report) == (0, 0, 0, 2)
    assert not Organisation.objects.filter(name="Nouvelle").exists()


@pytest.mark.parametrize(
    ("name", "giver"),
    [
        ("Fondation Lumière", "foundation"),
        ("Lumière Fondation", "foundation"),
        ("Fonds de dotation Lumière", "foundation"),
        ("Lumière Fondations spéciales", "company"),
    ],
)
def test_givers(name, giver):
    assert giver_of(name) == giver


@pytest.mark.parametrize(
    ("word", "kind"),
    [("financial", "financial"), ("Mécénat financier", "financial"), ("co_construction", "co_construction"),
     ("Bénévolat", "volunteering"), ("in kind", "in_kind"), ("troc", None), ("", None)],
)  # fmt: skip
def test_kinds(word, kind):
    assert kind_from_label(word) == kind


def test_needs_are_published_at_once(bring_companies, bring_needs):
    bring_companies(as_checked=True)
    report = bring_needs()
    assert figures(report) == (2, 0, 0, 0)
    money = Need.objects.get(title="Des ateliers pour tous")
    assert (money.status, money.deadline) == (NeedStatus.PUBLISHED, LATER)
    assert (money.budget_min, money.budget_max) == (Decimal(5000), Decimal("20000.50"))
    assert sorted(money.territories.values_list("code", flat=True)) == ["75", "92"]
    skills = Need.objects.get(kind="skills")
    assert (skills.days, skills.deadline, slugs(skills.causes)) == (12, SOON, ["sport"])
    assert figures(bring_needs()) == (0, 0, 2, 0)
    assert Need.objects.current().count() == 2
    assert set(FollowUp.objects.steps().values_list("owner", flat=True)) == {"platform"}
    assert not OutgoingMail.objects.exists()


def test_needs_of_companies_not_checked_wait_and_it_is_said(bring_companies, bring_needs):
    bring_companies()
    report = bring_needs()
    assert report.notes["besoin montré quand son entreprise sera vérifiée"].total() == 2
    assert not Need.objects.visible().exists()
    assert figures(bring_needs(as_checked=True)) == (0, 1, 1, 0)
    assert Need.objects.visible().count() == 2


HEADER = "entreprise;titre;forme;budget_min;budget_max;jours;date_limite;temps"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Inconnue SA;T;financial;;;;;", "entreprise inconnue"),
        (";T;financial;;;;;", "entreprise manque"),
        ("Fondation Lumière;;financial;;;;;", "titre manque"),
        (f"Fondation Lumière;{'t' * 151};financial;;;;;", "150"),
        ("Fondation Lumière;T;troc;;;;;", "«\u202ftroc\u202f» inconnue"),
        ("Fondation Lumière;T;financial;abc;;;;", "budget_min"),
        ("Fondation Lumière;T;skills;;abc;3;;", "budget_max"),
        ("Fondation Lumière;T;financial;-5;;;;", "négatif"),
        ("Fondation Lumière;T;financial;99999999999;;;;", "milliard"),
        ("Fondation Lumière;T;financial;20;10;;;", "échangez"),
        ("Fondation Lumière;T;skills;;;beaucoup;;", "jours"),
        ("Fondation Lumière;T;financial;;;;31/12/2020;", "passée"),
        (f"Fondation Lumière;T;financial;;;;30/02/{clock.today().year + 1};", "calendrier"),
        ("Fondation Lumière;T;financial;;;;31/12/9999;", "vérifiez l’année"),
        ("Fondation Lumière;T;volunteering;;;;;work", "mécénat de compétences"),
        (
            "Fondation Lumière;T;skills;;;0;;",
            "jours\u00a0: «\u202f0\u202f» est trop petit, écrivez 1 ou plus",
        ),
        ("Fondation Lumière;T;skills;;;-5;;", "écrivez 1 ou plus"),
        ("Fondation Lumière;T;skills;;;10001;;", "Écrivez 10\u202f000 au plus"),
    ],
)
def test_wrong_needs_are_rejected(bring_companies, bring_needs, row, told):
    bring_companies(as_checked=True)
    report = bring_needs(f"{HEADER}\n{row}\nFondation Lumière;Bon;financial;1;2;;;\n")
    assert figures(report) == (1, 0, 0, 1)
    assert told in next(iter(report.reasons))
    assert Need.objects.get().title == "Bon"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("volunteering;0;;", "benevoles\u00a0: «\u202f0\u202f» est trop petit, écrivez 1 ou plus"),
        ("skills;;01/03/2020;30/04/2020", "au\u00a0: Cette période est passée. Choisissez une fin à venir."),
        (f"skills;;{LATER:%d/%m/%Y};{SOON:%d/%m/%Y}", "au\u00a0: La fin vient avant le début"),
    ],
)
def test_what_the_form_refuses_a_file_does_not_publish(bring_companies, bring_needs, row, told):
    bring_companies(as_checked=True)
    report = bring_needs(f"entreprise;titre;forme;benevoles;du;au\nFondation Lumière;T;{row}\n")
    assert figures(report) == (0, 0, 0, 1)
    assert told in next(iter(report.reasons))


def test_a_company_that_somebody_runs_gets_drafts_and_one_mail(bring_companies, bring_needs):
    bring_companies(as_checked=True)
    MembershipFactory(organisation=Organisation.objects.get(name="Fondation Lumière"))
    report = bring_needs()
    assert report.notes["brouillon, que l’entreprise prévenue relit et publie elle-même"].total() == 2
    assert set(Need.objects.values_list("status", flat=True)) == {NeedStatus.DRAFT}
    assert not TransitionRecord.objects.filter(verb="publish").exists()
    assert OutgoingMail.objects.get().notification == "companies.needs_brought"
    assert set(FollowUp.objects.steps().values_list("rule", flat=True)) >= {"companies.finish_need"}
    assert figures(bring_needs()) == (0, 0, 2, 0)
    assert OutgoingMail.objects.count() == 1


def test_a_trial_says_each_value_as_the_pages_do(bring_companies, bring_needs):
    bring_companies(as_checked=True)
    money, skills = (dict(row.values) for row in bring_needs(commit=False).sample)
    assert money["Montant minimal"] == "5\u202f000\u00a0€"
    assert money["Date limite pour répondre"] == short_date(LATER)
    assert (skills["Nombre de jours offerts"], skills["Causes"]) == ("12", "Sport")
    assert not [label for row in (money, skills) for label in row if "_" in label]


def test_a_name_of_two_companies_is_ambiguous(bring_needs):
    for postal_code in ("75001", "75002"):
        CompanyFactory(organisation__name="Jumelle", organisation__postal_code=postal_code)
    report = bring_needs("entreprise;titre;forme\nJumelle;T;financial\n")
    assert "plusieurs entreprises" in next(iter(report.reasons))


def test_figures_of_another_kind_are_left_out_and_told(bring_companies, bring_needs):
    bring_companies(as_checked=True)
    report = bring_needs(f"{HEADER}\nFondation Lumière;T;in_kind;10;20;3;;\n")
    assert figures(report) == (1, 0, 0, 0)
    assert set(report.notes) == {
        f"{name} sans objet pour cette forme" for name in ("budget_min", "budget_max", "jours")
    }
    assert Need.objects.get().budget_min is None


def test_the_same_title_completes_the_need(bring_companies, bring_needs):
    bring_companies(as_checked=True)
    text = (
        "entreprise;titre;forme;description;causes;budget_max\n"
        "Fondation Lumière;Un titre;financial;;culture;\n"
        "Fondation Lumière;UN TITRE !;financial;Dit mieux;sport;500\n"
        "Fondation Lumière;Un titre;skills;;;\n"
    )
    report = bring_needs(text)
    assert (figures(report), report.duplicates) == ((1, 1, 0, 1), 1)
    need = Need.objects.get()
    assert (need.description, need.budget_max, slugs(need.causes)) == ("Dit mieux", 500, ["culture", "sport"])
    assert figures(bring_needs(text)) == (0, 0, 2, 1)


def test_a_closed_need_is_not_reopened_and_a_draft_of_people_is_not_published(bring_companies, bring_needs):
    bring_companies(as_checked=True)
    bring_needs()
    close_need(need=Need.objects.get(kind="skills"), by=None)
    report = bring_needs()
    assert (figures(report), report.notes["besoin clos, non rouvert"].total()) == ((0, 0, 2, 0), 1)
    draft = NeedFactory()
    company = draft.company.organisation
    MembershipFactory(organisation=company)
    report = bring_needs(f"entreprise;titre;forme\n{company.name};{draft.title};financial\n")
    draft.refresh_from_db()
    assert (figures(report), draft.status) == ((0, 0, 1, 0), NeedStatus.DRAFT)
    assert "brouillon de l’entreprise, non publié" in report.notes


def test_trials_write_nothing(bring_companies, bring_needs):
    assert figures(bring_companies(commit=False)) == (2, 0, 0, 0)
    assert not Organisation.objects.exists()
    bring_companies()
    assert figures(bring_needs(commit=False)) == (2, 0, 0, 0)
    assert not Need.objects.exists()


def test_the_commands(tmp_path, capsys):
    companies, needs = tmp_path / "e.csv", tmp_path / "b.csv"
    companies.write_text(COMPANIES)
    needs.write_text(NEEDS + "Personne;T;financial;;;;;;;\n")
    call_command("import_companies", str(companies), "--commit", "--as-checked")
    call_command("import_needs", str(needs), "--commit", "--rejects", str(tmp_path / "r.csv"))
    told = capsys.readouterr().out
    assert "2 = 2 + 0 + 0 + 0" in told
    assert "3 = 2 + 0 + 0 + 1" in told
    assert "Personne" in (tmp_path / "r.csv").read_text()
    assert Organisation.objects.filter(status=OrganisationStatus.CHECKED).count() == 2
    needs.write_text("entreprise;titre\nA;B\n")
    with pytest.raises(CommandError, match="forme"):
        call_command("import_needs", str(needs), "--commit")


def test_other_headers_for_the_same_columns(bring_companies, bring_needs):
    deadline = clock.today() + timedelta(days=400)
    bring_companies(
        "Nom de l’entreprise;Domaines d’action;Types de soutien;Zone géographique;Capacité par mois\n"
        "Banque d’ici;Culture & Arts|Sport;argent;Rhône;4\n"
    )
    report = bring_needs(
        "Fondation;Intitulé du besoin;Type de soutien;Descriptif;Thématique;Départements;Budget;"
        "Date de clôture\n"
        f"Banque d’ici;Un club ouvert;argent;Du temps pour des enfants.;Sport;69;5 000;{deadline:%d/%m/%Y}\n"
    )
    assert report.created == 1
    need = Need.objects.get()
    assert (need.kind, need.budget_max, need.deadline) == ("financial", 5000, deadline)
    assert list(need.causes.values_list("slug", flat=True)) == ["sport"]
    assert list(need.territories.values_list("code", flat=True)) == ["69"]
    assert set(need.company.policy.causes.values_list("slug", flat=True)) == {"culture", "sport"}


def test_saved_by_a_spreadsheet_a_file_keeps_its_telephones_and_its_places(bring_companies):
    """« 01 » and « 0474010203 » are numbers to Calc and to Excel, which write them without their zero."""
    bring_companies("raison_sociale;departement;territoires;telephone\nBoulons de l’Ain;1;1;474010203\n")
    found = Company.objects.get(organisation__name="Boulons de l’Ain")
    assert (found.organisation.phone, found.organisation.department.code) == ("0474010203", "01")
