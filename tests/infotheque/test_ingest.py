"""`manage.py ingest`: a folder or a CSV, tried first, written, taken up again."""

import csv
import io
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from infotheque.models import Document, DocumentFile
from infotheque.operations import versions
from infotheque.reading.reader import Reader
from tests.accounts.factories import OrganisationFactory, StaffFactory
from tests.infotheque import hostile

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """Where rejects go is where the command is run."""
    monkeypatch.chdir(tmp_path)
    tmp_path = tmp_path / "dossier"
    tmp_path.mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "convention.docx").write_bytes(hostile.docx_of("L’entreprise donne."))
    (tmp_path / "guide_du_mécénat.pdf").write_bytes(hostile.pdf_of("Le guide"))
    (tmp_path / "copie.pdf").write_bytes((tmp_path / "guide_du_mécénat.pdf").read_bytes())
    (tmp_path / "page.pdf").write_bytes(hostile.HTML)
    (tmp_path / "dessin.svg").write_bytes(hostile.SVG)
    (tmp_path / ".DS_Store").write_text("rien")
    (tmp_path / "Thumbs.db").write_text("rien")
    return tmp_path


def ingest(*arguments: object, **options: object) -> str:
    told = io.StringIO()
    call_command("ingest", *map(str, arguments), stdout=told, stderr=io.StringIO(), **options)
    return " ".join(told.getvalue().split())


def kept_files() -> list[str]:
    return default_storage.listdir("infotheque")[0] if default_storage.exists("infotheque") else []


def rejects(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_a_trial_writes_nothing_then_each_file_is_a_draft_then_nothing_twice(folder):
    before = kept_files()
    assert "5 = 2 + 0 + 1 + 2" in ingest(folder)
    assert not Document.objects.exists()
    assert kept_files() == before
    assert "5 = 2 + 0 + 1 + 2" in ingest(folder, commit=True)
    assert set(Document.objects.values_list("title", "status")) == {
        ("convention", "draft"),
        ("copie", "draft"),
    }
    assert DocumentFile.objects.count() == 2
    drawn, page = (" ".join(row.values()) for row in rejects(Path("dossier.rejets.csv")))
    assert "une image SVG" in drawn
    assert "page web" in page
    assert "5 = 0 + 0 + 3 + 2" in ingest(folder, commit=True)
    assert Document.objects.count() == 2


def test_an_interruption_is_taken_up_where_it_was(folder, monkeypatch):
    whole, met = versions.create_document_of, []

    def interrupted(**options):
        met.append(1)
        if len(met) == 2:
            raise KeyboardInterrupt
        return whole(**options)

    monkeypatch.setattr("infotheque.imports.create_document_of", interrupted)
    with pytest.raises(CommandError, match="interrompu"):
        ingest(folder, commit=True)
    assert Document.objects.count() == DocumentFile.objects.count() == 1
    monkeypatch.setattr("infotheque.imports.create_document_of", whole)
    assert "5 = 1 + 0 + 2 + 2" in ingest(folder, commit=True)
    assert Document.objects.count() == DocumentFile.objects.count() == 2


def test_a_csv_describes_documents_and_says_what_it_refuses(folder):
    path = folder / "liste.csv"
    path.write_text(
        "Titre;Fichier;Lien;Type;Éditeur;Année;Causes;Formes;Pour qui\n"
        "Le guide;guide_du_mécénat.pdf;;Guide;Atelier;2024;sport;skills;Associations\n"
        "La page;;exemple.example/page;Site ou page;Atelier;;;;\n"
        "Dehors;../../etc/passwd;;;;;;;\n"
        "Absent;rien.pdf;;;;;;;\n"
        "Nulle part;;;;;;;;\n"
        "Lien;;javascript:alert(1);;;;;;\n"
        "Vieux;;exemple.example;;;1200;;;\n"
        "La page;;;;Atelier;;;;\n",
        encoding="utf-8",
    )
    told = ingest(path, commit=True)
    assert "8 = 2 + 0 + 0 + 6" in told
    guide = Document.objects.get(title="Le guide")
    assert (guide.year, guide.publisher, guide.partnership_kinds) == (2024, "Atelier", ["skills"])
    assert guide.readers == ["associations"]
    assert [cause.slug for cause in guide.causes.all()] == ["sport"]
    assert guide.current_version.files.get().pages == 1
    assert Document.objects.get(title="La page").link == "https://exemple.example/page"
    reasons = " ".join(" ".join(row.values()) for row in rejects(Path("liste.csv.rejets.csv")))
    for reason in (
        "n’est pas dans le dossier",
        "n’existe pas",
        "caractères illisibles",
        "ne mènerait nulle part",
        "adresse web",
        "1200",
    ):
        assert reason in reasons
    assert "8 = 0 + 0 + 2 + 6" in ingest(path, commit=True)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="n’existe pas"):
        ingest(tmp_path / "absent")
    (tmp_path / "vide").mkdir()
    (tmp_path / "vide" / ".cache").write_bytes(b"x")
    with pytest.raises(CommandError, match="aucun fichier à lire"):
        ingest(tmp_path / "vide")


def test_a_folder_is_told_as_a_folder(folder):
    """No word of columns that it cannot have; what is left aside is counted."""
    (folder / "lien.pdf").symlink_to("copie.pdf")
    told = ingest(folder)
    assert "5 = 2 + 0 + 1 + 2" in told
    assert "Colonnes facultatives" not in told
    assert "fichier du système) : 3." in told
    assert "relancez la même commande" in told


def test_whoever_brings_documents_may_follow_them(folder):
    with pytest.raises(CommandError, match="n’a cette adresse"):
        ingest(folder, commit=True, by="personne@exemple.fr")
    curator = StaffFactory()
    ingest(folder, commit=True, by=curator.email.upper())
    assert {document.owner for document in Document.objects.all()} == {curator}


def test_the_next_file_is_read_while_this_one_is_kept(folder, monkeypatch):
    whole, ask, done = versions.create_document_of, Reader.ask, []

    def asked(reader, path, name):
        done.append(f"lire {name}")
        ask(reader, path, name)

    def kept(**options):
        done.append(f"garder {options['file'].name}")
        return whole(**options)

    monkeypatch.setattr(Reader, "ask", asked)
    monkeypatch.setattr("infotheque.imports.create_document_of", kept)
    ingest(folder, commit=True)
    assert done[:4] == ["lire convention.docx", "lire copie.pdf", "garder convention.docx", "lire dessin.svg"]
    assert sum(each.startswith("lire") for each in done) == 5, "each once"


def test_a_csv_names_the_organisation_that_a_document_comes_from(folder):
    source = OrganisationFactory(name="L’Atelier des Ponts", town="Lille")
    OrganisationFactory(name="Le Fil", postal_code="59000", town="Lille")
    lyon = OrganisationFactory(name="Le Fil", postal_code="69003", town="Lyon")
    path = folder / "sources.csv"
    path.write_text(
        "Titre;Lien;Éditeur;Organisme source\n"
        "Un;exemple.example/1;Atelier;L'ATELIER  des ponts\n"
        "Deux;exemple.example/2;Atelier;Le Fil, Lyon\n"
        "Trois;exemple.example/3;Atelier;Le Fil\n"
        "Quatre;exemple.example/4;Atelier;Nulle part\n"
        "Cinq;exemple.example/5;Atelier;\n",
        encoding="utf-8",
    )
    told = ingest(path, commit=True)
    assert "5 = 5 + 0 + 0 + 0" in told
    assert "Le Fil" in told
    assert "Nulle part" in told
    assert dict(Document.objects.values_list("title", "organisation")) == {
        "Un": source.pk,
        "Deux": lyon.pk,
        "Trois": None,
        "Quatre": None,
        "Cinq": None,
    }
