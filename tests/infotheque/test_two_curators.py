"""Two curators at one page: neither takes back, without seeing it, what the other has just written."""

from datetime import timedelta

import pytest
from django.urls import reverse

from infotheque import operations
from infotheque.models import Document
from mecenova.calendar import clock
from mecenova.reference.models import Cause
from tests.accounts.factories import OrganisationFactory, StaffFactory
from tests.infotheque.factories import DocumentFactory, PathFactory, StepFactory
from tests.posting import as_posted, opened
from tests.threads import while_uncommitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    found = StaffFactory()
    client.force_login(found)
    return found


@pytest.fixture
def document(staff):
    made = DocumentFactory(published=True, body="Un texte.\n\nDeux lignes.", year=2024, stages=["prepare"])
    made.causes.add(*Cause.objects.all()[:2])
    Document.objects.filter(pk=made.pk).update(
        status="to_verify", owner=staff, review_on=clock.today(), valid_from=clock.today()
    )
    return Document.objects.get(pk=made.pk)


def test_a_page_saved_as_it_was_shown_undoes_neither_a_confirmation_nor_a_colleague_s_words(client, document):
    address = reverse("infotheque:edit", args=[document.pk])
    form = opened(client, address)
    colleague = StaffFactory()
    confirmed = operations.verify_document(document=document, by=colleague)
    culture = Cause.objects.get(slug="culture")
    operations.update_document(
        document=document, by=colleague, summary="Mieux dit.", causes=[culture], stages=["agree"]
    )
    assert client.post(address, form | {"title": "Un autre titre"}).status_code == 302
    now = Document.objects.get(pk=document.pk)
    assert (now.title, now.summary, now.stages) == ("Un autre titre", "Mieux dit.", ["agree"])
    assert list(now.causes.all()) == [culture]
    assert now.review_on == confirmed.review_on > document.review_on


def test_the_same_words_written_by_two_are_shown_before_they_are_replaced(client, document):
    address = reverse("infotheque:edit", args=[document.pk])
    form = opened(client, address)
    later = clock.today() + timedelta(days=300)
    operations.update_document(
        document=document, by=StaffFactory(), body="Le texte de l’autre.", review_on=later, year=2026
    )
    answer = client.post(address, form | {"body": "Le mien.\r\n\r\nSur deux lignes.", "year": 2026})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Quelqu’un, ou vous dans un autre onglet, a changé cette fiche" in page
    assert "Le texte de l’autre." in page
    assert "Le mien." in page
    assert Document.objects.get(pk=document.pk).body == "Le texte de l’autre."
    again = as_posted(answer.context["form"])
    assert again["review_on"] == later, "untouched here: as it is now"
    assert client.post(address, again).status_code == 302
    now = Document.objects.get(pk=document.pk)
    assert (now.body, now.review_on, now.year) == ("Le mien.\n\nSur deux lignes.", later, 2026)


def test_an_end_that_comes_before_the_beginning_written_meanwhile_is_shown_before_it_is_refused(
    client, document
):
    address = reverse("infotheque:edit", args=[document.pk])
    form = opened(client, address)
    later = clock.today() + timedelta(days=200)
    operations.update_document(document=document, by=StaffFactory(), valid_from=later)
    answer = client.post(address, form | {"valid_until": clock.today() + timedelta(days=100)})
    assert answer.status_code == 409
    assert [told.label for told in answer.context["form"].overtaken] == ["Valable à partir du"]
    assert as_posted(answer.context["form"])["valid_from"] == later
    assert Document.objects.get(pk=document.pk).valid_until is None


def test_what_a_refused_form_showed_is_not_forgotten(client, document):
    address = reverse("infotheque:edit", args=[document.pk])
    form = opened(client, address)
    operations.update_document(document=document, by=StaffFactory(), summary="Mieux dit.")
    refused = client.post(address, form | {"title": "", "summary": "Le mien."})
    assert refused.status_code == 422
    assert client.post(address, as_posted(refused.context["form"]) | {"title": "T"}).status_code == 409


@pytest.mark.parametrize(
    ("hostile", "status"), [("{", 302), ("[]", 302), ("3", 302), ('{"title": 3}', 409), ("\x00", 422)]
)
def test_a_fingerprint_that_says_nothing_breaks_nothing(client, document, hostile, status):
    """Either the page is written as it stands, or nothing is, and what was typed is shown again."""
    address = reverse("infotheque:edit", args=[document.pk])
    form = opened(client, address) | {"as_shown": hostile, "title": "Un autre titre"}
    answer = client.post(address, form)
    assert answer.status_code == status
    now = Document.objects.get(pk=document.pk)
    assert now.title == ("Un autre titre" if status == 302 else document.title)
    for kept in ("summary", "body", "year", "stages", "status", "review_on", "owner"):
        assert getattr(now, kept) == getattr(document, kept), kept
    assert set(now.causes.all()) == set(document.causes.all())
    if status != 302:
        assert as_posted(answer.context["form"])["title"] == "Un autre titre"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("page", "field", "other", "kept"),
    [
        ("edit", "summary", "year", 2026),
        ("collection_edit", "introduction", "position", 3),
        ("course_edit", "introduction", "title", "Le titre de l’autre"),
        ("lesson_edit", "lesson", "minutes", 7),
    ],
)
def test_what_a_colleague_is_still_writing_is_waited_for(
    client, staff, monkeypatch, page, field, other, kept
):
    colleague = StaffFactory()
    update, name, record = {
        "edit": lambda: (operations.update_document, "document", DocumentFactory(published=True)),
        "collection_edit": lambda: (
            operations.update_collection,
            "collection",
            operations.create_collection(by=None, title="Débuter"),
        ),
        "course_edit": lambda: (operations.update_path, "path", PathFactory()),
        "lesson_edit": lambda: (
            operations.update_step,
            "step",
            StepFactory(document=DocumentFactory(published=True)),
        ),
    }[page]()
    address = reverse(f"infotheque:{page}", args=[record.pk])

    def write(**said):
        update(**{name: record}, by=colleague, **said)

    form = opened(client, address)
    answer = while_uncommitted(
        monkeypatch, lambda: write(**{other: kept}), lambda: client.post(address, form | {field: "Le mien."})
    )
    assert answer.status_code == 302
    record.refresh_from_db()
    assert (getattr(record, field), getattr(record, other)) == ("Le mien.", kept)

    form = opened(client, address)
    answer = while_uncommitted(
        monkeypatch,
        lambda: write(**{field: "Celui de l’autre."}),
        lambda: client.post(address, form | {field: "Encore le mien."}),
    )
    assert answer.status_code == 409
    ((overtaken),) = answer.context["form"].overtaken
    assert overtaken.now == "Celui de l’autre."
    record.refresh_from_db()
    assert getattr(record, field) == "Celui de l’autre."


def test_collections_paths_and_steps_are_kept_the_same_way(client, staff):
    collection = operations.create_collection(by=None, title="Débuter")
    step = StepFactory(document=DocumentFactory(published=True))
    path = PathFactory()
    for name, record, field, others in (
        ("collection_edit", collection, "introduction", {"position": 3}),
        ("course_edit", path, "introduction", {}),
        ("lesson_edit", step, "lesson", {"minutes": 7}),
    ):
        address = reverse(f"infotheque:{name}", args=[record.pk])
        form = opened(client, address)
        type(record).objects.filter(pk=record.pk).update(title="Le titre de l’autre", **others)
        assert client.post(address, form | {field: "Le mien."}).status_code == 302, name
        record.refresh_from_db()
        assert (record.title, getattr(record, field)) == ("Le titre de l’autre", "Le mien.")
        assert {other: getattr(record, other) for other in others} == others
        answer = client.post(address, form | {field: "Un troisième."})
        assert answer.status_code == 409, name
        assert "Le mien." in answer.content.decode()
        assert client.post(address, as_posted(answer.context["form"])).status_code == 302, name
        record.refresh_from_db()
        assert getattr(record, field) == "Un troisième."


def test_the_source_is_an_organisation_of_the_site_named_as_it_is_there(client, document):
    source = OrganisationFactory(name="Les Passerelles", town="Lyon", postal_code="69003")
    OrganisationFactory(name="Les Passerelles", town="Nantes", postal_code="44000")
    address = reverse("infotheque:edit", args=[document.pk])
    form = opened(client, address)
    for wrong, told in (
        ("Inconnue au bataillon", "Aucun organisme du site"),
        ("les passerelles", "ajoutez une virgule"),
    ):
        refused = client.post(address, form | {"organisation": wrong})
        assert refused.status_code == 422
        assert told in refused.text
        assert wrong in refused.text
    assert client.post(address, form | {"organisation": "les passerelles, lyon"}).status_code == 302
    assert Document.objects.get(pk=document.pk).organisation == source
    assert "Les Passerelles" in client.get(document.get_absolute_url()).text
    form = opened(client, address)
    assert form["organisation"] == "Les Passerelles, Lyon"
    assert client.post(address, form).status_code == 302
    assert Document.objects.get(pk=document.pk).organisation == source
    operations.update_document(document=document, by=StaffFactory(), organisation=None)
    other = client.post(address, form | {"organisation": "Les Passerelles, Nantes"})
    assert other.status_code == 409
    assert as_posted(other.context["form"])["organisation"] == "Les Passerelles, Nantes"
    operations.update_document(document=document, by=StaffFactory(), organisation=source)
    assert client.post(address, opened(client, address) | {"organisation": ""}).status_code == 302
    assert Document.objects.get(pk=document.pk).organisation is None
