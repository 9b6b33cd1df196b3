"""A record that was erased stays away: the file that brought it comes back every month."""

import pytest

from accounts import operations
from accounts.models import Organisation
from associations.imports import AssociationImporter
from companies.imports import CompanyImporter
from mecenova.imports.running import run_import
from tests.accounts.factories import OrganisationFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("elsewhere")]
NAME = "Les Lucioles du Vercors"
FILES = {
    "association": (AssociationFactory, AssociationImporter, "nom"),
    "company": (CompanyFactory, CompanyImporter, "raison_sociale"),
}


def erase(kind):
    make, _, _ = FILES[kind]
    organisation = make(
        organisation__name=NAME, organisation__postal_code="38000", organisation__status="left"
    ).organisation
    return operations.erase_organisation(organisation=organisation, by=StaffFactory())


def bring(kind, tmp_path, name=NAME, postal_code="38000"):
    _, importer, title = FILES[kind]
    path = tmp_path / "file.csv"
    path.write_text(f"{title};code_postal\n{name};{postal_code}\n")
    return run_import(path, importer(), commit=True)


@pytest.mark.parametrize("kind", FILES)
def test_no_file_brings_it_back(kind, tmp_path):
    erased = erase(kind)
    report = bring(kind, tmp_path, name=NAME.upper())
    assert (report.created, report.rejected) == (0, 1)
    assert "quitté" in next(iter(report.reasons))
    assert list(Organisation.objects.all()) == [erased]


@pytest.mark.parametrize("kind", FILES)
def test_its_namesake_elsewhere_is_another(kind, tmp_path):
    erase(kind)
    assert bring(kind, tmp_path, postal_code="69003").created == 1


def test_it_comes_back_by_itself(tmp_path):
    """Whoever registers it anew is there; what files bring is then theirs."""
    erase("association")
    anew = AssociationFactory(organisation__name=NAME, organisation__postal_code="38000").organisation
    report = bring("association", tmp_path)
    assert (report.created, report.rejected) == (0, 0)
    anew.refresh_from_db()
    assert anew.name == NAME


def test_it_is_known_by_a_trace_that_tells_no_name(settings, tmp_path):
    erased = erase("association")
    assert erased.is_erased
    assert not {word for word in ("lucioles", "vercors", "38000") if word in erased.name_key}
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert bring("association", tmp_path).created == 0


def test_erased_twice_under_one_name():
    for _ in range(2):
        erase("association")
    assert OrganisationFactory(name=NAME, postal_code="38000").name == NAME


def test_the_log_says_what_a_restored_backup_would_bring_back(caplog, django_capture_on_commit_callbacks):
    """By their keys alone: the rows that said so are lost with the database."""
    caplog.set_level("INFO", logger="accounts")
    person = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        erased = erase("association")
        operations.close_account(person=person, by=person)
    said = [record.getMessage() for record in caplog.records if record.name.startswith("accounts.")]
    assert said == [f"Organisation {erased.pk} erased", f"Account {person.pk} closed"]
