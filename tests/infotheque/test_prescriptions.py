"""What the team has people read: choosing it, showing it, noting that it was opened, and what came after."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from infotheque.exercises import exercise_of
from infotheque.models import PrescribedReading, Prescription, Step
from infotheque.operations import answer_step, load_shelf, note_reading, prescribe
from infotheque.places import LESSONS, first_documents, places
from infotheque.shelf.records import records
from mecenova.calendar import clock
from mecenova.pages.readings import effects
from mecenova.workflow.errors import DomainError
from partnerships.enums import IntroductionStatus, RefusalReason
from partnerships.models import Introduction
from partnerships.refusals import place_of
from tests.accounts.factories import StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.infotheque.factories import DocumentFactory
from tests.partnerships.factories import IntroductionFactory

pytestmark = pytest.mark.django_db
GAP = "gap:associations.causes"
SELF_ASSESSMENT = "ou-en-sommes-nous"
LIST, CHOOSE = reverse("infotheque:prescriptions"), f"{reverse('infotheque:prescription')}?lieu={GAP}"


@pytest.fixture
def member():
    return UserFactory()


@pytest.fixture
def association(member):
    return AssociationFactory(members=[member])


@pytest.fixture
def document():
    return DocumentFactory(published=True, title="Dire ses causes")


def read_address(document, organisation, place=GAP):
    return f"{reverse('infotheque:read', args=[document.pk])}?prescrit={place}&organisme={organisation.pk}"


def test_places_are_steps_gaps_and_refusals_and_first_documents_exist():
    known, slugs = places(), {record.slug for record in records()}
    assert {key.partition(":")[0] for key in known} == {"step", "gap", "refusal", "lesson"}
    assert {place_of(reason) for reason in RefusalReason} <= set(known)
    assert all(place.label for place in known.values())
    for key, slug in first_documents().items():
        assert key in known
        assert slug in slugs


def test_only_the_team_prescribes_and_only_what_everybody_reads(staff, document):
    with pytest.raises(PermissionDenied):
        prescribe(place=GAP, document=document, by=UserFactory())
    with pytest.raises(ValueError, match="No document"):
        prescribe(place="gap:associations.inconnu", document=document, by=staff)
    with pytest.raises(ValueError, match="No document"):
        prescribe(place=place_of("amount"), document=document, by=staff)
    with pytest.raises(DomainError):
        prescribe(place=GAP, document=DocumentFactory(), by=staff)


def test_choosing_twice_is_choosing_once(staff, document):
    first = prescribe(place=GAP, document=document, by=staff)
    again = prescribe(place=GAP, document=document, by=StaffFactory())
    assert (again.pk, again.chosen_by) == (first.pk, staff)


def test_the_team_chooses_on_its_pages_and_nobody_else_sees_them(client, staff, member, document):
    client.force_login(member)
    assert client.get(LIST).status_code == client.get(CHOOSE).status_code == 404
    client.force_login(staff)
    assert "Vos causes" in client.get(LIST).text
    assert client.post(CHOOSE, {"document": document.pk}).url == LIST
    assert document.title in client.get(LIST).text
    assert client.get(CHOOSE.replace("causes", "inconnue")).status_code == 404
    hidden = DocumentFactory()
    assert client.post(CHOOSE, {"document": hidden.pk}).status_code == 422
    assert client.post(CHOOSE, {"document": ""}).url == LIST
    assert Prescription.objects.get().document is None


def test_the_dashboard_shows_what_to_read_once(client, staff, association, member, document):
    client.force_login(member)
    page = reverse("pages:dashboard")
    assert document.title not in client.get(page).text
    for key in (GAP, "gap:associations.audiences"):
        prescribe(place=key, document=document, by=staff)
    shown = client.get(page).text
    assert shown.count(document.title) == 1
    assert f"prescrit={GAP.replace(':', '%3A')}" in shown


def test_the_document_of_a_weakness_is_read_like_the_others(client, association, member, staff):
    load_shelf(by=staff)
    step = Step.objects.select_related("path").get(path__slug="preparer-un-partenariat", key=SELF_ASSESSMENT)
    exercise = exercise_of(step.path.slug, step.key)
    answers = {each.key: "0" for each in exercise.dimensions}
    answer_step(organisation=association.organisation, step=step, answers=answers, by=member)
    client.force_login(member)
    page = client.get(f"{step.get_absolute_url()}?organisme={association.organisation.pk}")
    helping = page.context["helping"]
    assert len(helping) == 3
    for each in helping:
        assert f"prescrit={each.place.replace(':', '%3A')}" in page.text
    read = read_address(helping[0].document, association.organisation, helping[0].place)
    for _ in range(2):
        assert client.post(read).status_code == 204
    assert [(each.group, each.readers) for each in effects()] == [(LESSONS, 1)]


def test_a_reading_is_noted_by_the_page_for_a_member_once(client, association, member, document):
    address = read_address(document, association.organisation)
    assert client.post(address).status_code == 302
    client.force_login(UserFactory())
    assert client.post(address).status_code == 404
    client.force_login(member)
    assert client.get(address).status_code == 405
    assert client.post(address.replace(str(association.organisation.pk), "rien")).status_code == 404
    assert not PrescribedReading.objects.exists()
    for _ in range(2):
        assert client.post(address).status_code == 204
    assert PrescribedReading.objects.count() == 1
    assert client.post(read_address(document, association.organisation, "inventé")).status_code == 204
    assert PrescribedReading.objects.count() == 1


def test_opening_a_page_alone_notes_nothing(client, association, member, document):
    client.force_login(member)
    query = f"?prescrit={GAP}&organisme={association.organisation.pk}"
    page = client.get(document.get_absolute_url() + query).text
    assert reverse("infotheque:read", args=[document.pk]) in page
    assert reverse("infotheque:read", args=[document.pk]) not in client.get(document.get_absolute_url()).text
    client.logout()
    assert (
        reverse("infotheque:read", args=[document.pk])
        not in client.get(document.get_absolute_url() + query).text
    )
    assert not PrescribedReading.objects.exists()


def test_nobody_reads_in_another_ones_name(association, document):
    with pytest.raises(PermissionDenied):
        note_reading(place=GAP, document=document, organisation=association.organisation, by=StaffFactory())


def test_the_effect_counts_a_yes_that_came_after_the_reading(
    client, staff, document, django_assert_num_queries
):
    now = clock.now()
    for days in (-1, 1, None):
        found = IntroductionFactory()
        organisation = found.association.organisation
        PrescribedReading.objects.create(place=GAP, document=document, organisation=organisation, read_at=now)
        if days is not None:
            Introduction.objects.filter(pk=found.pk).update(
                status=IntroductionStatus.YES, answered_at=now + timedelta(days=days)
            )
    with django_assert_num_queries(1):
        (effect,) = effects()
    assert (effect.title, effect.place, effect.readers, effect.told_yes) == (
        document.title,
        "vos causes",
        3,
        1,
    )
    client.force_login(staff)
    assert document.title in client.get(reverse("pages:readings")).text
    client.force_login(UserFactory())
    assert client.get(reverse("pages:readings")).status_code == 404
