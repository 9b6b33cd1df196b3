"""The page of a partnership: whom to call while it lives, and nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Organisation
from accounts.operations import withdraw_organisation
from mecenova.calendar import clock
from mecenova.ui.figures import long_date
from partnerships import operations
from partnerships.enums import ReflectionMoment
from partnerships.models import Introduction
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.reading import shown

pytestmark = pytest.mark.django_db
PHONE = 'href="tel:0199001234"'


@pytest.fixture
def partnership(pair):
    organisation = pair.company.organisation
    organisation.phone = "01 99 00 12 34"
    organisation.save(update_fields=["phone"])
    asked = pair.ask()
    Introduction.objects.filter(pk=asked.pk).update(created_at=clock.now() - timedelta(days=7))
    return operations.accept_introduction(introduction=asked, by=pair.answerer)


def read(client, person, partnership):
    client.force_login(person)
    return shown(client.get(partnership.get_absolute_url()))


def test_addresses_are_shown_as_long_as_it_lives_and_no_longer(client, pair, partnership):
    gone = MembershipFactory(organisation=pair.company.organisation, user=UserFactory(is_active=False)).user
    page = read(client, pair.asker, partnership)
    assert f"mailto:{pair.answerer.email}" in page
    assert PHONE in page
    assert gone.email not in page
    operations.abandon_partnership(partnership=partnership, by=pair.asker, note="Plus de projet.")
    page = read(client, pair.asker, partnership)
    assert pair.answerer.email not in page
    assert PHONE not in page
    page = read(client, StaffFactory(), partnership)
    assert pair.answerer.email not in page
    assert PHONE in page


def test_who_has_left_is_called_no_more(client, pair, partnership):
    """Though whoever stays is still asked what came of it."""
    operations.agree_partnership(
        partnership=partnership, signed_on=clock.today(), ends_on=None, by=pair.asker
    )
    withdraw_organisation(organisation=pair.company.organisation, by=pair.answerer)
    page = read(client, pair.asker, partnership)
    assert "Qu’est-ce que ce partenariat a donné" in page
    assert PHONE not in page


def test_the_words_of_the_yes_are_read_there_as_long_as_they_talk(client, pair):
    """The day and the door of a first meeting are often in them."""
    asked = pair.ask()
    partnership = operations.accept_introduction(
        introduction=asked, by=pair.answerer, note="Venez mercredi à 14 h."
    )
    for person in (pair.asker, pair.answerer):
        assert "Venez mercredi à 14 h." in read(client, person, partnership)
    operations.abandon_partnership(partnership=partnership, by=pair.asker, note="Plus de projet.")
    assert "Venez mercredi" not in read(client, pair.asker, partnership)


def test_whom_to_call_is_read_before_being_asked_whether_they_talked(client, pair, partnership):
    page = read(client, pair.asker, partnership)
    assert page.index('id="parties"') < page.index('id="premier-echange"')
    operations.agree_partnership(
        partnership=partnership, signed_on=clock.today(), ends_on=None, by=pair.asker
    )
    page = read(client, pair.asker, partnership)
    assert page.index('id="suite"') < page.index('id="parties"')
    assert page.count('id="parties"') == 1


def test_a_side_without_a_phone_is_asked_to_add_one_on_its_own_record(client, pair, partnership):
    association = pair.association
    address = reverse("associations:edit_section", args=[association.pk, "identite"])
    page = read(client, pair.asker, partnership)
    assert f'href="{address}"' in page
    assert client.get(address).status_code == 200
    assert "Ajouter un numéro" not in read(client, pair.answerer, partnership)
    Organisation.objects.update(phone="")
    page = read(client, pair.answerer, partnership)
    assert f'href="{reverse("companies:edit", args=[pair.company.pk])}"' in page


def test_the_people_of_a_party_that_left_are_not_named(client, pair, partnership):
    withdraw_organisation(organisation=pair.company.organisation, by=pair.answerer)
    page = read(client, pair.asker, partnership)
    assert pair.answerer.email not in page
    assert "a quitté Mecenova" in page


def test_what_nobody_wrote_is_not_said_to_be_written(client, pair, partnership):
    """Signed, then a party left, and whoever stayed let each question rest."""
    operations.agree_partnership(
        partnership=partnership, by=pair.asker, signed_on=clock.today(), ends_on=None
    )
    withdraw_organisation(organisation=pair.company.organisation, by=pair.answerer)
    for moment in ReflectionMoment:
        operations.let_reflection_rest(partnership=partnership, moment=moment)
    page = read(client, pair.asker, partnership)
    assert "Le partenariat est terminé. Merci." in page
    assert "est écrit plus bas" not in page


@pytest.mark.parametrize(
    ("name", "field"), [("abandon", "note"), ("end", "note"), ("contest", "note"), ("reflect", "text")]
)
def test_what_was_typed_in_a_form_that_closed_meanwhile_is_given_back(client, pair, partnership, name, field):
    yesterday = clock.today() - timedelta(days=1)
    operations.agree_partnership(partnership=partnership, by=pair.asker, signed_on=yesterday, ends_on=None)
    if name in ("end", "contest"):
        partnership.refresh_from_db()
        operations.end_partnership(partnership=partnership, by=pair.asker, note="")
    client.force_login(pair.answerer)
    address = reverse(f"partnerships:partnership_{name}", args=[partnership.pk])
    response = client.post(address, {field: "Un texte précieux."})
    assert response.status_code == 409
    page = shown(response)
    assert "Ce n’est pas enregistré" in page
    assert "Un texte précieux." in page


@pytest.mark.parametrize("name", ["agree", "correct", "renew"])
def test_dates_typed_in_a_form_that_closed_meanwhile_are_given_back(client, pair, partnership, name):
    day, end = clock.today() - timedelta(days=3), clock.today() + timedelta(days=200)
    operations.agree_partnership(partnership=partnership, by=pair.asker, signed_on=day, ends_on=None)
    partnership.refresh_from_db()
    operations.end_partnership(partnership=partnership, by=pair.asker, note="")
    client.force_login(pair.answerer)
    address = reverse(f"partnerships:partnership_{name}", args=[partnership.pk])
    typed = {"signed_on": day.isoformat(), "ends_on": end.isoformat(), "answer": "goes_on"}
    response = client.post(address, typed)
    assert response.status_code == 409
    page = shown(response)
    dates = [end] if name == "renew" else [day, end]
    assert re.findall(r'<blockquote class="prose">(.*?)</blockquote>', page) == [
        " ".join(long_date(each).split()) for each in dates
    ]
    assert "goes_on" not in page


def test_a_date_that_is_none_is_given_back_as_it_was_typed(client, pair, partnership):
    operations.agree_partnership(
        partnership=partnership, by=pair.asker, signed_on=clock.today(), ends_on=None
    )
    client.force_login(pair.answerer)
    address = reverse("partnerships:partnership_agree", args=[partnership.pk])
    response = client.post(address, {"signed_on": "le <b>trente</b> février", "ends_on": ""})
    assert "le &lt;b&gt;trente&lt;/b&gt; février" in response.content.decode()


def test_what_a_side_said_of_the_first_exchange_is_told_as_an_answer(client, pair, partnership):
    operations.report_talk(partnership=partnership, talked=True, by=pair.asker)
    page = read(client, pair.answerer, partnership).replace("\u202f", " ")
    assert f"Réponse à « Vous êtes-vous parlé ? », par {pair.asker}" in page


def test_once_it_is_over_each_side_reads_what_it_can_do_next(client, pair, partnership):
    staff = StaffFactory()
    for person in (pair.asker, pair.answerer, staff):
        assert "Et maintenant" not in read(client, person, partnership)
    operations.abandon_partnership(partnership=partnership, by=pair.asker, note="Plus de projet.")
    partnership.refresh_from_db()
    suited, suggested = reverse("matching:suited_needs"), reverse("matching:suggestions")
    for person, leads_to in ((pair.asker, suited), (pair.answerer, suggested), (staff, "")):
        page = read(client, person, partnership)
        assert ("Et maintenant" in page) is bool(leads_to)
        assert leads_to in page


def test_the_way_to_it_is_the_reader_s_own(client, pair, partnership):
    """« Mises en relation » lists those of one's organisations: to the team it leads nowhere."""

    def way(person, subject):
        page = read(client, person, subject)
        return re.findall(
            r"<a[^>]*>([^<]+)</a>", page[page.index('class="breadcrumbs"') :].split("</nav>")[0]
        )

    staff = StaffFactory()
    assert way(staff, partnership)[-1:] == ["Équipe"]
    assert way(staff, partnership.introduction)[-1:] == ["Équipe"]
    for person, talked in ((pair.asker, True), (pair.answerer, False)):
        operations.report_talk(partnership=partnership, talked=talked, by=person)
    assert way(staff, partnership)[-2:] == ["Équipe", "Désaccords"]
    for person in (pair.asker, pair.answerer):
        assert way(person, partnership)[-1:] == ["Mises en relation"]
        assert way(person, partnership.introduction)[-1:] == ["Mises en relation"]
    operations.abandon_partnership(partnership=partnership, by=pair.asker, note="Plus de projet.")
    assert way(staff, partnership)[-1:] == ["Équipe"]
