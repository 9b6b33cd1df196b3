"""The team's pages: deposit, read, confirm; nobody else sees them, and no body is read that is too heavy."""

import csv
import io
import json
import socket
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation
from associations.models import Association
from mecenova.calendar import clock
from mecenova.imports import operations, uploads
from mecenova.imports.enums import RunStatus
from mecenova.imports.models import ImportRun
from mecenova.imports.operations import bring_file, remove_old_files
from mecenova.imports.tasks import carry_out_imports, remove_old_import_files
from tests.accounts.factories import StaffFactory, UserFactory
from tests.parts import assert_part_of

pytestmark = pytest.mark.django_db

CONTENT = "nom;code_postal;objet;causes\nLes Lampes du soir;75011;Éclairer;culture\n;69003;;\n"
TOO_HEAVY = uploads.LARGEST_FILE + uploads.FORM_MARGIN + 1


def deposit(client, content=CONTENT, name="liste.csv", kind="associations", **more):
    content = content if isinstance(content, bytes) else content.encode()
    data = {"kind": kind, "file": SimpleUploadedFile(name, content), **more}
    return client.post(reverse("imports:upload"), data)


def brought(team, *args, **more):
    answer = deposit(team, *args, **more)
    assert answer.status_code == 302, answer.content.decode()
    run = ImportRun.objects.latest("created_at")
    assert answer.url == run.get_absolute_url()
    return run


@pytest.mark.parametrize("route", ["source", "rejects", "report"])
def test_a_file_bears_the_day_on_which_it_was_brought_in_paris(team, route):
    run = brought(team)
    carry_out_imports()
    ImportRun.objects.update(created_at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    answer = team.get(reverse(f"imports:{route}", args=[run.pk]))
    assert 'filename="import-2026-11-25-' in answer["Content-Disposition"]


def test_from_deposit_to_report(team, staff):
    run = brought(team)
    assert (run.status, run.created_by, run.name) == (RunStatus.TRYING, staff, "liste.csv")
    page = team.get(run.get_absolute_url()).content.decode()
    assert "hx-trigger" in page
    carry_out_imports()
    carry_out_imports()
    run.refresh_from_db()
    assert run.status == RunStatus.READY
    assert {name: run.trial[name] for name in ("read", "created", "rejected")} == {
        "read": 2,
        "created": 1,
        "rejected": 1,
    }
    assert not Organisation.objects.exists()
    page = team.get(run.get_absolute_url()).content.decode()
    assert "Les Lampes du soir" in page
    assert "le nom manque" in page
    assert "hx-trigger" not in page
    assert "Confirmer et écrire" in page

    team.post(reverse("imports:confirm", args=[run.pk]))
    team.post(reverse("imports:confirm", args=[run.pk]))
    carry_out_imports()
    carry_out_imports()
    run.refresh_from_db()
    assert (run.status, run.result["created"], run.confirmed_by) == (RunStatus.DONE, 1, staff)
    association = Association.objects.get()
    assert association.organisation.is_unclaimed
    assert "L’import est terminé" in team.get(run.get_absolute_url()).content.decode()
    rejects = b"".join(team.get(reverse("imports:rejects", args=[run.pk])).streaming_content).decode(
        "utf-8-sig"
    )
    assert list(csv.reader(io.StringIO(rejects), delimiter=";"))[1][:2] == ["3", "le nom manque"]
    assert "liste.csv" in team.get(reverse("imports:list")).content.decode()


def test_as_checked_is_asked_and_kept(team):
    run = brought(team, as_checked="on")
    assert run.as_checked
    carry_out_imports()
    team.post(reverse("imports:confirm", args=[run.pk]))
    carry_out_imports()
    assert Organisation.objects.get().is_checked


def test_a_fragment_is_the_state_alone(team):
    run = brought(team)
    page = team.get(run.get_absolute_url())
    assert_part_of(page, team.get(run.get_absolute_url(), headers={"HX-Request": "true"}))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04" + b"\0" * 200, "CSV UTF-8"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>', "Il manque la colonne"),
        (b"%PDF-1.7 etc", "PDF"),
        (b"\x1f\x8b" + b"\0" * 300, "gzip"),
        (b"ville;mission\nLyon;x\n", "Il manque la colonne obligatoire"),
        (b"\n\n  \n", "vide"),
        (bytes(range(256)) * 40, "texte"),
    ],
)
def test_what_is_no_csv_is_refused_by_its_content(team, content, told):
    answer = deposit(team, content, name="liste.csv")
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_an_empty_deposit_says_what_to_do(team):
    answer = team.post(reverse("imports:upload"), {"kind": "associations"})
    assert answer.status_code == 422
    assert "Choisissez un fichier" in answer.content.decode()
    assert deposit(team, kind="inconnu").status_code == 422


def test_a_header_alone_is_refused_by_the_trial(team):
    run = brought(team, "nom;objet\n")
    carry_out_imports()
    run.refresh_from_db()
    assert run.status == RunStatus.REFUSED
    assert "rien à importer" in run.error
    assert "Déposer un fichier corrigé" in team.get(run.get_absolute_url()).content.decode()
    assert team.get(reverse("imports:report", args=[run.pk])).status_code == 404


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\boot.ini", "a/b/c.csv", "x\r\nSet-Cookie: a=b.csv", "é" * 240]
)
def test_a_name_is_never_a_path(staff, name):
    run = bring_file(
        kind="associations", file=io.BytesIO(b"nom\nA\n"), name=name, size=6, as_checked=False, by=staff
    )
    assert not set("/\\\r\n") & set(run.name)
    assert run.source.name == f"imports/{run.pk}/fichier.csv"
    assert len(run.name) <= 150


def test_formulas_stay_text(team):
    hostile = 'nom;objet;"=HYPERLINK(""x"")"\n;=cmd|calc;+1\n;@x;-1\n'
    run = brought(team, hostile)
    carry_out_imports()
    rejects = b"".join(team.get(reverse("imports:rejects", args=[run.pk])).streaming_content).decode(
        "utf-8-sig"
    )
    report = team.get(reverse("imports:report", args=[run.pk])).content.decode("utf-8-sig")
    for text in (rejects, report):
        for row in csv.reader(io.StringIO(text), delimiter=";"):
            assert [cell for cell in row if cell.startswith(("=", "+", "-", "@"))] == []


def test_markup_in_cells_is_shown_as_text(team):
    run = brought(team, "nom;objet;<b>x</b>\n<script>alert(1)</script>;<img src=x>;y\n")
    carry_out_imports()
    page = team.get(run.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "<img src=x" not in page


def test_huge_cells_and_odd_bytes_are_borne(team):
    content = b"nom;objet\n" + b"A" * 2_000_000 + b";x\nB\xe9\x81;" + b"y" * 100_000 + b"\nC\0;z\n"
    run = brought(team, content)
    carry_out_imports()
    run.refresh_from_db()
    assert (run.status, run.trial["created"], run.trial["rejected"]) == (RunStatus.READY, 2, 1)
    assert len(team.get(run.get_absolute_url()).content) < 100_000


def test_cancelled_before_it_is_confirmed(team, django_capture_on_commit_callbacks):
    run = brought(team)
    carry_out_imports()
    run.refresh_from_db()
    name, storage = run.source.name, run.source.storage
    with django_capture_on_commit_callbacks(execute=True):
        team.post(reverse("imports:cancel", args=[run.pk]))
        team.post(reverse("imports:cancel", args=[run.pk]))
    run.refresh_from_db()
    assert (run.status, run.source.name, "sample" in run.trial) == (RunStatus.CANCELLED, "", False)
    assert not storage.exists(name)
    told = team.post(reverse("imports:confirm", args=[run.pk]), follow=True).text
    assert "vient d’être annulé" in told
    assert "90 jours" not in told
    carry_out_imports()
    assert not Organisation.objects.exists()
    assert team.get(reverse("imports:source", args=[run.pk])).status_code == 404


def test_confirmed_it_is_not_cancelled(team):
    run = brought(team)
    carry_out_imports()
    team.post(reverse("imports:confirm", args=[run.pk]))
    page = team.post(reverse("imports:cancel", args=[run.pk]), follow=True).content.decode()
    assert "ne s’annule plus" in page
    run.refresh_from_db()
    assert run.status == RunStatus.WRITING


def test_what_is_only_foreseen_is_not_said_to_be_done(team):
    """While it is being written, what the trial found is still what the import would do."""
    run = brought(team)
    carry_out_imports()
    confirm = reverse("imports:confirm", args=[run.pk])
    page = team.post(confirm, follow=True).text
    assert "Ce que l’import ferait" in page
    assert "Ce que l’import a fait" not in page
    carry_out_imports()
    page = team.post(confirm, follow=True).text
    assert "Ce que l’import a fait" in page
    assert "l’écriture commence" not in page


def test_files_go_after_ninety_days_and_figures_stay(team, django_capture_on_commit_callbacks):
    words = ("Les Lampes du soir", "spéléologie", "pas-un-numero")
    content = (
        f"nom;code_postal;causes;rna\n{words[0]};75011;{words[1]};\n{words[0]};75012;;\nX;;;{words[2]}\n"
    )
    run = brought(team, content)
    carry_out_imports()
    run.refresh_from_db()
    assert all(word in json.dumps(run.trial, ensure_ascii=False) for word in words)
    told = [run.trial[name] for name in ("alike_count", "rejected")]
    names, storage = [run.source.name, run.rejects.name], run.source.storage
    with clock.frozen(clock.now() + timedelta(days=89)):
        assert remove_old_files() == 0
    with (
        clock.frozen(clock.now() + timedelta(days=91)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        remove_old_import_files.run()
        remove_old_import_files.run()
    run.refresh_from_db()
    assert (run.source.name, run.rejects.name, run.trial["created"]) == ("", "", 2)
    assert [run.trial[name] for name in ("alike_count", "rejected")] == told == [1, 1]
    assert not any(word in json.dumps(run.trial, ensure_ascii=False) for word in words)
    assert [storage.exists(name) for name in names] == [False, False]
    assert "Les fichiers ont été effacés" in team.get(run.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("state", "act"),
    [
        ({"status": RunStatus.READY}, "confirm"),
        ({"status": RunStatus.STOPPED, "error": "Arrêté."}, "resume"),
        ({"status": RunStatus.STOPPED, "error": "Arrêté.", "confirmed_at": clock.now()}, "resume"),
    ],
    ids=["to confirm", "tried", "written"],
)
def test_what_waited_longer_than_its_file_is_brought_again(team, state, act):
    """It would be begun three times, and say each time that the server stopped."""
    run = brought(team)
    carry_out_imports()
    ImportRun.objects.update(**state)
    with clock.frozen(clock.now() + timedelta(days=91)):
        remove_old_files()
    page = team.get(run.get_absolute_url()).text
    assert "Déposer le fichier à nouveau" in page
    assert reverse(f"imports:{act}", args=[run.pk]) not in page
    told = team.post(reverse(f"imports:{act}", args=[run.pk]), follow=True).text
    assert "a été effacé 90 jours après son dépôt" in told
    run.refresh_from_db()
    assert run.status == state["status"]


def test_a_file_that_cannot_be_taken_away_keeps_no_other(
    team, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    first, second = brought(team, name="un.csv"), brought(team, content=CONTENT + "Les Semeurs;69001;;\n")
    carry_out_imports()
    forget = operations._forget_files

    def forget_but_the_first(run):
        forget(run)
        if run.pk == first.pk:
            raise OSError("no such folder: un.csv")

    monkeypatch.setattr(operations, "_forget_files", forget_but_the_first)
    with (
        clock.frozen(clock.now() + timedelta(days=91)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert remove_old_files() == 1
    kept, gone = (ImportRun.objects.get(pk=run.pk) for run in (first, second))
    assert kept.source.storage.exists(kept.source.name), "tried again tomorrow"
    assert gone.source.name == ""
    assert f"import {first.pk} raised" in caplog.text


ROUTES = ("run", "confirm", "cancel", "resume", "source", "rejects", "report")


@pytest.mark.parametrize("name", ["list", "upload", "blank_file", *ROUTES])
def test_nobody_else_finds_these_pages(client, staff, name):
    run = bring_file(
        kind="associations", file=io.BytesIO(b"nom\nA\n"), name="a.csv", size=6, as_checked=False, by=staff
    )
    arguments = {"list": [], "upload": [], "blank_file": ["associations"]}.get(name, [run.pk])
    address = reverse(f"imports:{name}", args=arguments)
    is_post = name in {"upload", "confirm", "cancel", "resume"}
    ask = client.post if is_post else client.get
    assert ask(address).status_code == 302
    client.force_login(UserFactory())
    assert ask(address).status_code == 404
    client.force_login(staff)
    if is_post:
        assert client.get(address).status_code == 405


def test_unknown_keys_are_not_found(team):
    assert team.get(reverse("imports:run", args=[uuid.uuid4()])).status_code == 404
    assert team.get(reverse("imports:blank_file", args=["inconnu"])).status_code == 404


def test_a_blank_file_is_read_back(team):
    for slug in ("associations", "companies", "needs"):
        blank = team.get(reverse("imports:blank_file", args=[slug])).content
        answer = deposit(team, blank, kind=slug)
        assert answer.status_code == 302


def test_a_forged_form_is_refused(staff):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    assert deposit(client).status_code == 403
    assert not ImportRun.objects.exists()


class Unread:
    """A body that must not be touched."""

    def read(self, *args):
        raise AssertionError("the body was read")

    readline = read


def test_a_heavy_body_is_refused_unread(team):
    request = {
        "PATH_INFO": reverse("imports:upload"),
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(TOO_HEAVY),
        "wsgi.input": Unread(),
    }
    answer = team.request(**request)
    assert answer.status_code == 413
    assert "20\xa0Mo" in answer.content.decode()
    assert "Ce champ est obligatoire" not in answer.content.decode(), (
        "what was chosen is not said to be missing"
    )


def test_an_unannounced_weight_stops_on_the_way(team, monkeypatch):
    monkeypatch.setattr(uploads.BoundedUploadHandler, "largest", 100_000)
    monkeypatch.setattr(uploads, "FORM_MARGIN", 10_000_000)
    answer = deposit(team, b"nom\n" + b"A\n" * 100_000)
    assert answer.status_code == 413
    assert "n’a pas été lu" in answer.content.decode()
    assert not ImportRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_real_server_answers_before_the_body_is_sent(live_server):
    """A gigabyte is announced, a few bytes are sent: the refusal comes all the same."""
    client = Client()
    client.force_login(StaffFactory())
    host, port = live_server.thread.host, live_server.thread.port
    with socket.create_connection((host, port), timeout=10) as wire:
        head = (
            f"POST {reverse('imports:upload')} HTTP/1.1\r\nHost: {host}:{port}\r\n"
            f"Cookie: sessionid={client.cookies['sessionid'].value}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1073741824\r\n\r\n--x\r\n"
        )
        wire.sendall(head.encode())
        assert wire.recv(4096).startswith(b"HTTP/1.1 413")


def test_the_pages_cost_the_same_whatever_they_show(team, staff, query_count):
    run = brought(team)
    carry_out_imports()
    once = query_count(lambda: team.get(reverse("imports:list")))
    for _ in range(5):
        brought(team)
    assert query_count(lambda: team.get(reverse("imports:list"))) == once
    assert query_count(lambda: team.get(run.get_absolute_url())) <= 6
