import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Organisation
from accounts.operations import ask_for_changes, check_organisation, withdraw_organisation
from associations.enums import Stance
from associations.followups import CallToPublish
from associations.forms.profile import SECTIONS
from associations.models import Association
from associations.operations import note_call, register_association, update_association
from mecenova.agenda.operations import next_step, start
from mecenova.calendar import clock
from mecenova.workflow.errors import DomainError
from mecenova.workflow.journal import history, record
from tests.accounts.factories import StaffFactory, UserFactory
from tests.associations.factories import PURPOSE, AssociationFactory, ProjectFactory

pytestmark = pytest.mark.django_db

REGISTER = reverse("associations:register")
GOOD = {
    "name": "Les Petits Ponts",
    "postal_code": "59000",
    "town": "Lille",
    "registry": "rna",
    "number": "",
    "purpose": PURPOSE,
    "causes": ["education"],
    "territories": ["59"],
    "general_interest": "declared",
}


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def association(user):
    return AssociationFactory(complete=True, members=[user])


def edit(association, section=None):
    if section:
        return reverse("associations:edit_section", args=[association.pk, section])
    return reverse("associations:edit", args=[association.pk])


def test_visitor_signs_in_first(client):
    response = client.get(REGISTER)
    assert response.status_code == 302
    assert "/compte/login/" in response.headers["Location"]


def test_a_number_already_known_leads_to_its_record_and_advises_no_duplicate(client, user):
    known = AssociationFactory(rna="W751234567", registry="rna", organisation__name="Les Passerelles")
    response = client.post(REGISTER, {**GOOD, "number": "W751234567"})
    assert list(response.context["form"].errors) == ["number"]
    page = response.content.decode()
    assert reverse("accounts:claim", args=[known.organisation_id]) in page
    assert "Les Passerelles" in page
    assert "laisser le numéro vide" not in page
    assert GOOD["purpose"] in page
    assert Organisation.objects.count() == 1


def test_a_number_of_another_typed_on_one_s_own_record_leads_to_the_other(client, user):
    known = AssociationFactory(rna="W751234567", registry="rna")
    client.post(REGISTER, GOOD)
    mine = Association.objects.exclude(pk=known.pk).get()
    address = reverse("associations:edit_section", args=[mine.pk, "identite"])
    typed = {name: GOOD[name] for name in ("name", "postal_code", "town", "registry")}
    response = client.post(address, {**typed, "rna": "W751234567", "size": "volunteers"})
    assert list(response.context["form"].errors) == ["rna"]
    assert reverse("accounts:claim", args=[known.organisation_id]) in response.content.decode()


def test_registers_then_dashboard(client, user):
    page = client.get(REGISTER)
    key = page.context["form"]["association_id"].value()
    for _ in range(2):
        response = client.post(REGISTER, {**GOOD, "association_id": key})
        assert response.headers["Location"] == reverse("pages:dashboard")
    association = Association.objects.get()
    assert str(association.pk) == key
    assert [found.code for found in association.territories.all()] == ["59"]


def test_second_form_for_the_same_record_leads_home(client, user):
    for _ in range(2):
        response = client.post(REGISTER, {**GOOD, "association_id": uuid.uuid4()})
        assert response.headers["Location"] == reverse("pages:dashboard")
    assert Association.objects.count() == 1


def test_known_record_is_offered_to_claim_and_nothing_typed_is_lost(client, user):
    known = AssociationFactory(organisation__name="Les petits ponts", organisation__status="unclaimed")
    response = client.post(REGISTER, GOOD)
    assert response.status_code == 409
    assert reverse("accounts:claim", args=[known.organisation_id]) in response.text
    assert PURPOSE[:40] in response.text
    assert Organisation.objects.count() == 1


def test_wrong_values_stay_typed(client, user):
    response = client.post(REGISTER, {**GOOD, "number": "12 34", "postal_code": "abc"})
    assert response.status_code == 422
    for text in ("12 34", "abc", PURPOSE[:40], "cinq chiffres", "commence par W"):
        assert text in response.text
    assert not Organisation.objects.exists()


def test_number_of_another_is_told(client, user):
    AssociationFactory(rna="W751234567")
    response = client.post(REGISTER, {**GOOD, "number": "W751234567"})
    assert "déjà ce numéro RNA" in response.text


def test_key_of_another_association_is_refused(client, user):
    other = AssociationFactory()
    assert client.post(REGISTER, {**GOOD, "association_id": other.pk}).status_code == 404
    assert not user.memberships.exists()


@pytest.mark.parametrize("section", [None, *SECTIONS])
def test_edit_pages_are_for_the_inside(client, section):
    member, other = UserFactory(), UserFactory()
    association = AssociationFactory(members=[member])
    AssociationFactory(members=[other])
    for user, status in ((member, 200), (StaffFactory(), 200), (other, 404), (UserFactory(), 404)):
        client.force_login(user)
        assert client.get(edit(association, section)).status_code == status
        if status == 404 and section:
            assert client.post(edit(association, section), {"purpose": "Pris"}).status_code == 404


@pytest.mark.parametrize("section", ["inconnue", "status"])
def test_unknown_section(client, association, section):
    assert client.get(edit(association, section)).status_code == 404


def test_list_of_sections_names_what_is_missing(client, user):
    association = AssociationFactory(members=[user])
    text = client.get(edit(association)).text
    assert "votre mission en deux phrases" in text
    assert "à compléter" in text
    assert 'id="mission"' in text


def test_saves_a_section(client, association):
    response = client.post(edit(association, "mission"), {"purpose": "Neuve.", "causes": ["sport", "sante"]})
    assert response.headers["Location"] == edit(association)
    association.refresh_from_db()
    assert association.purpose == "Neuve."
    assert association.causes.count() == 2
    assert association.territories.count() == 2


def test_refused_section_keeps_what_was_typed(client, association):
    response = client.post(
        edit(association, "identite"), {"name": "Neuf", "siren": "12", "yearly_budget": "-3"}
    )
    assert response.status_code == 422
    for text in ("Neuf", 'value="12"', 'value="-3"', "négatif", "9 chiffres"):
        assert text in response.text


def test_name_of_another_is_told_in_the_form(client, association):
    AssociationFactory(organisation__name="Les Ponts")
    data = {
        "name": "Les Ponts",
        "postal_code": "59000",
        "town": "Lille",
        "registry": "rna",
        "size": "small",
        "rna": association.rna,
    }
    response = client.post(edit(association, "identite"), data)
    assert response.status_code == 422
    assert "Les Ponts" in response.text
    association.organisation.refresh_from_db()
    assert association.organisation.name != "Les Ponts"


def test_changes_asked_are_read_then_sent_back(client, user):
    association = register_association(by=user, name="Les Ponts", postal_code="59000")
    ask_for_changes(
        organisation=association.organisation, message="Précisez <la> mission.", by=StaffFactory()
    )
    for name in ("detail", "edit"):
        text = client.get(reverse(f"associations:{name}", args=[association.pk])).text
        assert "Précisez &lt;la&gt; mission." in text
    assert "Précisez &lt;la&gt; mission." in client.get(edit(association, "mission")).text
    went_back = "Votre fiche est repartie vers l’équipe"
    page = client.post(edit(association, "mission"), {"purpose": PURPOSE, "causes": ["sport"]}, follow=True)
    assert went_back in page.text
    association.organisation.refresh_from_db()
    assert association.organisation.status == "to_check"
    # The team may have asked two things: the second is still read, and still corrected.
    whole = reverse("associations:edit", args=[association.pk])
    here = (reverse("associations:detail", args=[association.pk]), reverse("pages:dashboard"), whole)
    for place in (*here, edit(association, "identite")):
        text = client.get(place).text
        assert "Précisez &lt;la&gt; mission." in text
        assert "Votre correction est partie" in text
        assert "L’équipe vous demande" not in text
    again = client.post(edit(association, "territoires"), {"territories": ["59"]}, follow=True)
    assert "c’est enregistré" in again.text
    assert went_back not in again.text
    check_organisation(organisation=association.organisation, by=StaffFactory())
    assert "Précisez &lt;la&gt; mission." not in client.get(reverse("pages:dashboard")).text


def test_pause_by_the_form(client, association):
    in_a_year = clock.today() + timedelta(days=365)
    client.post(edit(association, "position"), {"stance": "paused", "paused_until": in_a_year.isoformat()})
    association.refresh_from_db()
    assert association.stance == Stance.PAUSED
    assert next_step(association.organisation).rule == "associations.pause"


@pytest.mark.parametrize("status", ["checked", "to_check"])
def test_a_pause_until_the_end_of_time_is_told_at_its_field(client, association, status):
    Organisation.objects.filter(pk=association.organisation_id).update(status=status, checked_at=clock.now())
    response = client.post(edit(association, "position"), {"stance": "paused", "paused_until": "9999-12-31"})
    assert "vérifiez l’année" in response.text
    assert 'value="9999-12-31"' in response.text
    with pytest.raises(DomainError, match="vérifiez l’année"):
        update_association(
            association=association, by=None, stance=Stance.PAUSED, paused_until=date(9999, 12, 31)
        )
    association.refresh_from_db()
    assert association.stance == Stance.OPEN


def test_after_a_pause_the_position_is_shown_open_and_can_be_saved(client, user):
    over = clock.today() - timedelta(days=1)
    association = AssociationFactory(complete=True, members=[user], stance="paused", paused_until=over)
    shown = client.get(edit(association, "position")).context["form"]
    assert (shown["stance"].value(), shown["paused_until"].value()) == (Stance.OPEN, None)
    client.post(
        edit(association, "position"), {"stance": shown["stance"].value(), "refused_kinds": ["skills"]}
    )
    association.refresh_from_db()
    assert (association.stance, association.refused_kinds) == (Stance.OPEN, ["skills"])


@pytest.mark.parametrize(
    ("register", "typed"),
    [("alsace_moselle", {"rna": "W751234567"}), ("rna", {"court_entry": "Colmar, volume 12, folio 3"})],
)
def test_a_number_typed_for_another_register_is_never_dropped_in_silence(client, user, register, typed):
    association = AssociationFactory(members=[user])
    identity = {"name": "Les Ponts", "postal_code": "68000", "town": "Colmar", "size": "small"}
    response = client.post(edit(association, "identite"), {**identity, "registry": register, **typed})
    ((field, number),) = typed.items()
    assert field in response.context["form"].errors
    assert number in response.text


def test_the_number_to_call_is_beside_the_note_for_the_team_alone(client):
    association = AssociationFactory(complete=True, organisation__phone="01 99 00 12 34")
    page = reverse("associations:detail", args=[association.pk])
    assert "0199001234" not in client.get(page).text
    client.force_login(StaffFactory())
    assert '<a href="tel:0199001234">01 99 00 12 34</a>' in client.get(page).text
    Organisation.objects.update(phone="")
    assert f'<a href="{reverse("pages:organisation", args=[association.organisation_id])}">Qui contacter' in (
        client.get(page).text
    )


def test_team_notes_its_call(client):
    association = AssociationFactory(complete=True)
    start(CallToPublish, association.organisation)
    url = reverse("associations:note_call", args=[association.pk])
    client.force_login(UserFactory())
    assert client.post(url, {"note": "x"}).status_code == 404
    client.force_login(StaffFactory())
    assert client.get(url).status_code == 405
    assert "Noter l’appel" in client.get(reverse("associations:detail", args=[association.pk])).text
    for _ in range(2):
        assert client.post(url, {"note": "Projet en janvier."}).status_code == 302
    assert [line.verb for line in history(association.organisation)] == ["call"]
    assert next_step(association.organisation).rule == "associations.publish_project"


def test_a_call_that_is_refused_keeps_what_was_typed(client, association):
    client.force_login(StaffFactory())
    words = "Elle prépare trois projets. " * 20
    refused = client.post(reverse("associations:note_call", args=[association.pk]), {"note": words})
    assert refused.status_code == 422
    assert words.strip() in refused.text
    assert "<title>Erreur" in refused.text
    assert not history(association.organisation).exists()


def test_the_words_of_a_call_with_one_that_has_just_left_are_given_back(client, association):
    client.force_login(StaffFactory())
    withdraw_organisation(organisation=association.organisation, by=None)
    refused = client.post(reverse("associations:note_call", args=[association.pk]), {"note": "Elle part."})
    assert refused.status_code == 409
    assert "a quitté Mecenova" in refused.text
    assert "Elle part." in refused.text
    assert "Noter l’appel" not in refused.text
    assert "<title>Erreur" in refused.text


def test_the_words_of_a_call_are_for_the_team(client, user, association):
    """The association was on the phone: it reads the day, on its page and on the project's."""
    staff = StaffFactory(first_name="Odile", last_name="Brun")
    project = ProjectFactory(association=association, published=True)
    note_call(association=association, by=staff, note="Trésorier débordé, à rappeler.")
    record(project, "call", project.status, project.status, staff, "Dossier mal ficelé.")
    for page in (association, project):
        text = client.get(page.get_absolute_url()).text
        assert "appel de l’équipe" in text
        assert not any(words in text for words in ("débordé", "mal ficelé", "Odile"))
    client.force_login(staff)
    assert "Trésorier débordé" in client.get(association.get_absolute_url()).text
    assert "Dossier mal ficelé" in client.get(project.get_absolute_url()).text


def test_a_section_where_nothing_is_wanted_nor_written_is_not_called_complete(client, association):
    shown = client.get(reverse("associations:edit", args=[association.pk])).text
    expertise = shown[shown.index('id="expertise"') :]
    assert "facultatif" in expertise
    assert "complet" not in expertise


def test_a_mission_that_is_too_short_is_told_how_long_it_should_be(client, association):
    Association.objects.filter(pk=association.pk).update(purpose="Nous aidons. Nous courons.")
    assert "Au moins 80 caractères" in client.get(reverse("associations:edit", args=[association.pk])).text
    assert "Au moins 80 caractères" in client.get(edit(association, "mission")).text


def test_the_page_that_leads_to_the_parts_takes_no_form(client, association):
    assert client.post(edit(association)).status_code == 405
