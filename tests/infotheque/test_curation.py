"""A curator's pages: what each step does, and who may take it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from infotheque import operations
from infotheque.enums import TipStatus
from infotheque.followups import ReadSubmitted, ReviewDocument, WatchReviewDate
from infotheque.models import (
    Collection,
    CurationSettings,
    Document,
    EditorComment,
    LinkCheck,
    Tip,
)
from infotheque.views.wording import STEPS
from infotheque.workflow import DOCUMENT
from mecenova.agenda.operations import next_step, run_due, share_staff_steps
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import StaffFactory, UserFactory
from tests.infotheque.factories import DocumentFactory, DocumentFileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    found = StaffFactory()
    client.force_login(found)
    return found


RECORD = {"title": "Guide", "kind": "guide", "language": "fr", "summary": "Un résumé."}


def test_a_document_is_written_read_published_and_archived_from_its_page(client, staff):
    client.post(reverse("infotheque:create"), RECORD | {"body": "## Bonjour", "stages": ["prepare"]})
    document = Document.objects.get()
    advance = reverse("infotheque:advance", args=[document.pk])
    for verb, status in [
        ("submit", "in_review"),
        ("send_back", "draft"),
        ("publish", "published"),
        ("doubt", "to_verify"),
        ("verify", "published"),
        ("archive", "archived"),
        ("take_up", "draft"),
    ]:
        page = client.get(reverse("infotheque:edit", args=[document.pk])).content.decode()
        assert f'value="{verb}"' in page
        client.post(advance, {"verb": verb})
        document.refresh_from_db()
        assert document.status == status
    page = client.post(advance, {"verb": "verify"}, follow=True).content.decode()
    assert "n’est plus possible" in page
    assert client.post(advance, {"verb": "delete"}).status_code == 404
    page = client.get(reverse("infotheque:edit", args=[document.pk])).content.decode()
    assert "marqué à vérifier" in page


def test_what_was_typed_is_kept_when_it_is_refused(client, staff):
    document = DocumentFactory(published=True)
    address = reverse("infotheque:edit", args=[document.pk])
    wrong = RECORD | {"title": "Un autre titre", "valid_from": "2026-02-01", "valid_until": "2026-01-01"}
    answer = client.post(address, wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "vient après son début" in page
    assert "Un autre titre" in page
    answer = client.post(address, RECORD | {"link": ""})
    assert answer.status_code == 422
    assert "ni texte, ni lien, ni fichier" in answer.content.decode()
    document.refresh_from_db()
    assert document.title != "Un autre titre"


def test_the_list_shows_what_waits(client, staff):
    draft, late = DocumentFactory(title="Un brouillon"), DocumentFactory(published=True, title="Un ancien")
    Document.objects.filter(pk=late.pk).update(review_on=clock.today() - timedelta(days=1))
    address = reverse("infotheque:curation")
    shown = {
        view: client.get(address, {"etat": view}).content.decode()
        for view in ("", "relire", "draft", "liens", "n'importe\x00")
    }
    assert draft.title in shown[""]
    assert late.title in shown[""]
    assert late.title in shown["relire"]
    assert draft.title not in shown["relire"]
    assert "Tous les liens répondent" in shown["liens"]
    assert late.title not in client.get(address, {"q": "brouillon"}).content.decode()
    # In doubt before its date: that date is no more the one on which somebody owes a reading.
    assert "dès maintenant" not in shown["relire"]
    operations.doubt_document(document=late, by=staff)
    assert "À relire dès maintenant" in client.get(address).text


@pytest.mark.parametrize("typed", ["benevolat", "l'engagement", "ENGAGEMENTS", "d’entrep", "« bénévolat »"])
def test_a_title_is_found_however_it_is_typed(client, staff, typed):
    DocumentFactory(title="Le bénévolat et l’engagement d’entreprise")
    other = DocumentFactory(title="Un reçu fiscal")
    page = client.get(reverse("infotheque:curation"), {"q": typed}).text
    assert "Le bénévolat et l’engagement d’entreprise" in page
    assert other.title not in page


def test_team_pages_do_not_exist_for_others(client):
    document, collection = DocumentFactory(), operations.create_collection(by=None, title="Débuter")
    tip = operations.give_tip(title="Un guide")
    client.force_login(UserFactory())
    for name, arguments in {
        "curation": [],
        "create": [],
        "settings": [],
        "tips": [],
        "collections": [],
        "deposits": [],
        "edit": [document.pk],
        "version_form": [document.pk],
        "collection_edit": [collection.pk],
        "collection": [collection.pk],
    }.items():
        assert client.get(reverse(f"infotheque:{name}", args=arguments)).status_code == 404, name
    for name, arguments in {
        "advance": [document.pk],
        "comment": [document.pk],
        "feature": [document.pk],
        "replace_link": [document.pk],
        "shelve": [document.pk],
        "version_create": [document.pk],
        "collection_show": [collection.pk],
        "collection_arrange": [collection.pk, document.pk],
        "tip_decide": [tip.pk],
    }.items():
        assert client.post(reverse(f"infotheque:{name}", args=arguments)).status_code == 404, name


def test_editors_comment_and_a_comment_sent_twice_is_one(client, staff):
    document = DocumentFactory(published=True)
    address = reverse("infotheque:comment", args=[document.pk])
    for _ in range(2):
        client.post(address, {"text": "Vérifier le <script>taux</script>"})
    assert EditorComment.objects.count() == 1
    page = client.get(reverse("infotheque:edit", args=[document.pk])).content.decode()
    assert "&lt;script&gt;taux" in page
    assert client.post(address, {"text": " "}).status_code == 422
    client.logout()
    assert "Vérifier le" not in client.get(document.get_absolute_url()).content.decode()


def test_a_collection_is_put_in_order_with_ordinary_buttons(client, staff):
    first, second, third = (DocumentFactory(published=True, title=title) for title in "ABC")
    client.post(reverse("infotheque:collections"), {"title": "Débuter", "position": 1})
    collection = Collection.objects.get()
    show = reverse("infotheque:collection_show", args=[collection.pk])
    assert "au moins un document publié" in client.post(show, {"on": "oui"}, follow=True).content.decode()
    for document in (first, second, third, second):
        client.post(
            reverse("infotheque:shelve", args=[document.pk]), {"collection": collection.pk, "note": "À lire"}
        )

    def order():
        return [item.document.title for item in collection.items.for_team()]

    def arrange(document, act):
        return client.post(
            reverse("infotheque:collection_arrange", args=[collection.pk, document.pk]), {"act": act}
        )

    assert order() == ["A", "B", "C"]
    arrange(third, "up")
    assert order() == ["A", "C", "B"]
    arrange(first, "up")
    arrange(second, "down")
    assert order() == ["A", "C", "B"]
    arrange(first, "down")
    assert order() == ["C", "A", "B"]
    arrange(first, "out")
    arrange(first, "out")
    assert order() == ["C", "B"]
    assert arrange(second, "sideways").status_code == 404
    client.post(show, {"on": "oui"})
    operations.withdraw_document(document=second, by=staff)
    client.logout()
    page = client.get(collection.get_absolute_url()).content.decode()
    assert third.get_absolute_url() in page
    assert second.get_absolute_url() not in page


def test_the_front_page_shows_what_is_put_forward(client, staff):
    document, draft = DocumentFactory(published=True), DocumentFactory()
    feature = reverse("infotheque:feature", args=[document.pk])
    client.post(feature, {"on": "oui"})
    assert (
        "avant de le mettre en avant"
        in client.post(
            reverse("infotheque:feature", args=[draft.pk]), {"on": "oui"}, follow=True
        ).content.decode()
    )
    client.logout()
    page = client.get(reverse("infotheque:front_page")).content.decode()
    assert "Mis en avant" in page
    assert document.get_absolute_url() in page
    assert draft.get_absolute_url() not in page


def test_anybody_suggests_and_the_team_decides(client):
    address = reverse("infotheque:tip_create")
    assert client.get(address).status_code == 200
    for _ in range(2):
        client.post(address, {"title": "Un guide", "link": "exemple.example/guide", "reason": "<b>utile</b>"})
    tip = Tip.objects.get()
    assert (tip.link, tip.given_by) == ("https://exemple.example/guide", None)
    assert client.post(address, {"title": "x", "link": "javascript:alert(1)"}).status_code == 422
    client.force_login(StaffFactory())
    page = client.get(reverse("infotheque:tips")).content.decode()
    assert "&lt;b&gt;utile" in page
    decide = reverse("infotheque:tip_decide", args=[tip.pk])
    assert client.post(decide, {"decision": ""}).status_code == 404, "what says nothing puts nothing aside"
    for _ in range(2):
        client.post(decide, {"decision": "accept"})
    tip.refresh_from_db()
    assert tip.status == TipStatus.ACCEPTED
    assert Document.objects.get() == tip.document
    assert not tip.document.is_published
    assert "n’est plus possible" in client.post(decide, {"decision": "decline"}, follow=True).content.decode()


def test_suggestions_of_one_address_are_bounded(client):
    address = reverse("infotheque:tip_create")
    answers = [client.post(address, {"title": f"Guide {number}"}).status_code for number in range(12)]
    assert answers[0] == 302
    assert answers[-1] == 429


def test_the_waiting_list_is_bounded(monkeypatch):
    monkeypatch.setattr("infotheque.operations.curation.MOST_WAITING_TIPS", 1)
    operations.give_tip(title="Un")
    operations.give_tip(title="Un")
    with pytest.raises(DomainError, match="quelques jours"):
        operations.give_tip(title="Deux")


def test_the_team_sets_its_rules(client, staff):
    address = reverse("infotheque:settings")
    assert client.post(address, {"needs_second_reader": "on", "review_months": 0}).status_code == 422
    client.post(address, {"needs_second_reader": "on", "review_months": 6})
    assert (CurationSettings.load().needs_second_reader, CurationSettings.load().review_months) == (True, 6)


def test_a_review_date_opens_a_step_for_its_owner(staff):
    owner = StaffFactory()
    with clock.frozen(clock.now()) as moment:
        document = operations.publish_document(document=DocumentFactory(owner=owner), by=staff)
        assert next_step(document).rule == WatchReviewDate.name
        moment.advance(timedelta(days=360))
        run_due()
        document.refresh_from_db()
        assert document.status == "published", "not a day too early"
        moment.advance(timedelta(days=8))
        run_due()
        run_due()
        document.refresh_from_db()
        assert document.status == "to_verify"
        step = next_step(document)
        assert (step.rule, step.assigned_to) == (ReviewDocument.name, owner)
        operations.verify_document(document=document, by=owner)
        assert next_step(document).rule == WatchReviewDate.name
        operations.archive_document(document=document, by=owner)
        assert next_step(document) is None


def test_what_is_sent_to_review_is_owed_by_somebody_else(client, staff):
    """Never by whoever wrote it, however the team's steps are shared out; and no more once it is read."""
    colleague = StaffFactory()
    draft = DocumentFactory(owner=staff)
    operations.submit_document(document=draft, by=staff)
    step = next_step(draft)
    assert (step.rule, step.assigned_to) == (ReadSubmitted.name, colleague)
    share_staff_steps()
    operations.update_document(document=draft, by=staff, owner=colleague)
    assert next_step(draft) == step, "neither given back nor put off"
    operations.send_back_document(document=draft, by=colleague)
    assert next_step(draft) is None
    operations.submit_document(document=draft, by=colleague)
    assert next_step(draft).assigned_to == staff
    operations.publish_document(document=draft, by=staff)
    assert next_step(draft).rule == WatchReviewDate.name


def test_a_team_of_one_is_not_told_that_somebody_else_reads(staff):
    draft = DocumentFactory()
    operations.submit_document(document=draft, by=staff)
    assert next_step(draft).assigned_to is None


def test_another_date_moves_the_step(staff):
    document = operations.publish_document(document=DocumentFactory(), by=staff)
    later = clock.today() + timedelta(days=700)
    operations.update_document(document=document, by=staff, review_on=later)
    assert next_step(document).due_at.date() == later


def test_a_reader_is_told_what_has_aged(client):
    document = DocumentFactory(
        published=True,
        kind="legal_sheet",
        valid_until=clock.today() - timedelta(days=1),
        confidence="low",
        stages=["agree"],
    )
    near = DocumentFactory(published=True, kind="legal_sheet", stages=["agree"], title="Le voisin")
    Document.objects.filter(pk=document.pk).update(status="to_verify")
    page = client.get(document.get_absolute_url()).content.decode()
    assert "Validité dépassée" in page
    assert "En cours de vérification" in page
    assert "à faire confirmer" in page
    assert near.title in page


def test_a_proposed_link_is_taken_in_one_click(client, staff):
    document = DocumentFactory(published=True, link_hidden_at=clock.now())
    address = reverse("infotheque:replace_link", args=[document.pk])
    assert "Aucune adresse" in client.post(address, follow=True).content.decode()
    LinkCheck.objects.create(
        document=document,
        link=document.link,
        checked_at=clock.now(),
        failures=3,
        problem="le site ne répond plus",
        replacement="https://ailleurs.example/",
    )
    assert (
        "le site ne répond plus"
        in client.get(reverse("infotheque:edit", args=[document.pk])).content.decode()
    )
    client.post(address)
    document.refresh_from_db()
    assert (document.link, document.link_hidden_at) == ("https://ailleurs.example/", None)
    operations.update_document(document=document, by=staff, link="https://corrige.example/")
    assert "Aucune adresse" in client.post(address, follow=True).content.decode()
    document.refresh_from_db()
    assert document.link == "https://corrige.example/", "proposed for another link, written over since"


def test_pages_ask_as_many_queries_for_one_as_for_ten(client, staff, query_count):
    collection = operations.create_collection(by=None, title="Débuter")

    def fill(number):
        for _ in range(number):
            document = DocumentFileFactory(version__document__published=True).version.document
            operations.feature_document(document=document, by=staff, is_featured=True)
            operations.add_to_collection(collection=collection, document=document, by=staff)
            operations.comment_document(document=document, by=staff, text="x")
            operations.give_tip(title=document.title, by=staff)

    fill(1)
    document = Document.objects.get()
    addresses = [
        *(reverse(f"infotheque:{name}") for name in ("curation", "front_page", "tips", "collections")),
        *(reverse(f"infotheque:{name}", args=[document.pk]) for name in ("document", "edit")),
        *(reverse(f"infotheque:{name}", args=[collection.pk]) for name in ("collection", "collection_edit")),
    ]
    fill(1)

    def counts():
        return {address: query_count(lambda address=address: client.get(address)) for address in addresses}

    counts()
    two = counts()
    fill(9)
    assert counts() == two


def offered(client, document):
    """The steps that the document's page offers this reader, and what it says of the others."""
    page = client.get(reverse("infotheque:edit", args=[document.pk])).content.decode()
    return {verb for verb in STEPS if f'value="{verb}"' in page}, page


def test_no_step_is_offered_to_the_person_who_would_be_refused(client, staff):
    """In every state, with every obstacle: what is offered goes through, what is missing is explained."""
    CurationSettings.objects.create(pk=1, needs_second_reader=True)
    colleague = StaffFactory()
    draft = DocumentFactory()
    steps, page = offered(client, draft)
    assert "publish" not in steps
    assert "un ou une collègue le publiera" in page
    operations.submit_document(document=draft, by=staff)
    steps, page = offered(client, draft)
    assert "publish" not in steps
    assert "Vous avez envoyé ce document en relecture" in page
    client.force_login(colleague)
    steps, page = offered(client, draft)
    assert {"publish", "send_back"} <= steps
    assert "Vous avez envoyé" not in page
    client.post(reverse("infotheque:advance", args=[draft.pk]), {"verb": "publish"})
    draft.refresh_from_db()
    assert draft.status == "published"


def test_what_leads_nowhere_is_neither_offered_for_publication_nor_published(client, staff):
    empty = DocumentFactory(body="", link="")
    steps, page = offered(client, empty)
    assert "publish" not in steps
    assert "ni texte, ni lien, ni fichier" in page


def test_what_has_no_summary_is_not_offered_for_publication_and_the_page_says_why(client, staff):
    steps, page = offered(client, DocumentFactory(summary=""))
    assert "publish" not in steps
    assert "Son résumé manque" in page


def test_a_dead_link_alone_is_neither_confirmed_nor_published_again(client, staff):
    """It would be said to be on line, and nobody would see it."""
    document = DocumentFactory(published=True, body="", link="https://exemple.fr/mort")
    Document.objects.filter(pk=document.pk).update(link_hidden_at=clock.now(), status="to_verify")
    steps, page = offered(client, document)
    assert "verify" not in steps
    assert "Son lien ne répond plus" in page
    assert "Mettre en avant" not in page
    with pytest.raises(DomainError, match="ne voient pas"):
        operations.feature_document(document=document, by=staff, is_featured=True)
    with pytest.raises(DomainError, match="ne répond plus"):
        operations.verify_document(document=document, by=staff)
    operations.withdraw_document(document=document, by=staff)
    with pytest.raises(DomainError, match="ne répond plus"):
        operations.publish_document(document=document, by=staff)
    operations.update_document(document=document, by=staff, link="https://exemple.fr/vivant")
    assert operations.publish_document(document=document, by=staff).is_published


@pytest.mark.parametrize("status", ["draft", "in_review", "published", "to_verify", "archived"])
def test_every_step_that_is_offered_goes_through(client, staff, status):
    CurationSettings.objects.create(pk=1, needs_second_reader=True)
    at = clock.now()
    said = {
        "published_at": at if status in {"published", "to_verify"} else None,
        "archived_at": at if status == "archived" else None,
        "submitted_by": staff if status == "in_review" else None,
    }
    for verb in STEPS:
        document = DocumentFactory()
        Document.objects.filter(pk=document.pk).update(status=status, **said)
        if verb in offered(client, document)[0]:
            client.post(reverse("infotheque:advance", args=[document.pk]), {"verb": verb})
            document.refresh_from_db()
            assert document.status == DOCUMENT.target(verb, status), verb


def test_an_empty_collection_does_not_offer_its_publication(client, staff):
    collection = operations.create_collection(by=None, title="Débuter")
    address = reverse("infotheque:collection_edit", args=[collection.pk])
    assert 'value="oui"' not in client.get(address).content.decode()
    operations.add_to_collection(collection=collection, document=DocumentFactory(published=True), by=None)
    assert 'value="oui"' in client.get(address).content.decode()
