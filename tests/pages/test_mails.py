"""What the site wrote, found by an ordinary person of the team: no right in Django's admin is needed."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse

from mecenova.calendar import clock
from mecenova.mail.enums import Category
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.pages.mails import found_mails
from mecenova.ui.figures import day_and_hour
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory
from tests.mail.factories import OutgoingMailFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
ALL = "/equipe/courriels/tous/"


@pytest.fixture
def staff(client):
    person = StaffFactory()
    client.force_login(person)
    return person


@pytest.fixture
def organisation():
    return AssociationFactory(organisation__name="Les Étoiles de mer", members=[UserFactory()]).organisation


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def of(organisation):
    return reverse("pages:organisation_mails", args=[organisation.pk])


def mail_about(what, **values):
    return OutgoingMailFactory(recipient=None, about=what, **values)


def test_the_mails_to_its_people_or_about_it_are_on_its_page_each_with_its_log(client, staff, organisation):
    to_person = OutgoingMailFactory(recipient=organisation.members.get(), subject="À sa personne")
    about = [
        mail_about(organisation, subject="De l’organisme"),
        mail_about(organisation.association, subject="De sa fiche"),
        mail_about(IntroductionFactory(association=organisation.association), subject="De sa demande"),
    ]
    other = OutgoingMailFactory(subject="D’un autre")
    for address in (reverse("pages:organisation", args=[organisation.pk]), of(organisation)):
        shown = page(client, address)
        for mail in (to_person, *about):
            assert f'href="{mail.get_absolute_url()}"' in shown
        assert other.get_absolute_url() not in shown
    assert "Journal d’envoi" in page(client, to_person.get_absolute_url())
    assert f'href="{of(organisation)}"' in page(client, reverse("pages:organisation", args=[organisation.pk]))


def test_the_profile_of_whoever_is_checked_leads_the_team_there_and_nobody_else(client, organisation):
    profiles = [organisation.association, CompanyFactory()]
    for profile in profiles:
        link = reverse("pages:organisation", args=[profile.organisation_id])
        assert link not in page(client, profile.get_absolute_url())
        client.force_login(StaffFactory())
        assert link in page(client, profile.get_absolute_url())
        client.logout()


@pytest.mark.parametrize("words", ["etoiles", "Étoiles de", "sa-personne@", "SA-PERSONNE@exemple"])
def test_mails_are_found_by_an_address_or_a_name(client, staff, organisation, words):
    person = organisation.members.get()
    mail = OutgoingMailFactory(recipient=person, address="sa-personne@exemple.test")
    other = OutgoingMailFactory()
    shown = page(client, f"{ALL}?q={words}")
    assert mail.get_absolute_url() in shown
    assert other.get_absolute_url() not in shown
    assert other.get_absolute_url() in page(client, ALL)


def test_a_former_address_and_one_without_an_account_are_found_by_their_beginning(client, staff):
    invited = OutgoingMailFactory(recipient=None, address="invitee@exemple.test")
    moved = OutgoingMailFactory(
        recipient=UserFactory(email="neuve@exemple.test"), address="ancienne@exemple.test"
    )
    for words, found, other in (
        ("invitee", invited, moved),
        ("ancienne@", moved, invited),
        ("euve@", moved, invited),
    ):
        shown = page(client, f"{ALL}?q={words}")
        assert found.get_absolute_url() in shown
        assert other.get_absolute_url() not in shown


@pytest.mark.parametrize("words", ["a", "é@", "  ab "])
def test_one_or_two_letters_are_refused_and_kept(client, staff, organisation, words):
    mail = OutgoingMailFactory(recipient=organisation.members.get())
    shown = page(client, f"{ALL}?q={words}")
    assert "Écrivez au moins trois lettres." in shown
    assert f'value="{words.strip()}"' in shown.replace(f'value="{words}"', f'value="{words.strip()}"')
    assert mail.get_absolute_url() not in shown


@pytest.mark.parametrize("words", ["sa-personne@exemple.test", "sa-pers", "etoiles"])
def test_a_search_goes_through_indexes_not_through_every_mail(organisation, words):
    OutgoingMailFactory(recipient=organisation.members.get(), address="sa-personne@exemple.test")
    with connection.cursor() as cursor:
        # So few rows are read sooner than any index: what counts is that there is another way.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = found_mails(words).order_by().explain()
    assert "mail_to_address" in plan
    assert "Seq Scan" not in plan


@pytest.mark.parametrize("words", ["%25", "!!!", "a" * 500, "%F0%9F%92%A9", "' OR 1=1 --"])
def test_whatever_is_searched_the_page_answers(client, staff, words):
    page(client, f"{ALL}?q={words}")


def test_a_confidential_mail_is_listed_and_never_read_nor_searched(client, staff, organisation):
    mail = OutgoingMailFactory(
        recipient=organisation.members.get(), confidential=True, subject="Code 493827", text="493827"
    )
    for address in (ALL, of(organisation), mail.get_absolute_url()):
        shown = page(client, address)
        assert "Message confidentiel" in shown
        assert "493827" not in shown
    assert mail.get_absolute_url() not in page(client, f"{ALL}?q=493827")


def test_lists_ask_as_many_questions_for_ten_mails_as_for_one(client, staff, organisation, query_count):
    member = MembershipFactory(organisation=organisation).user
    OutgoingMailFactory(recipient=member)
    addresses = (
        ALL,
        f"{ALL}?q=etoiles",
        of(organisation),
        reverse("pages:organisation", args=[organisation.pk]),
    )
    # What a process reads once is read.
    for address in addresses:
        client.get(address)
    few = [query_count(lambda address=address: client.get(address)) for address in addresses]
    OutgoingMailFactory.create_batch(10, recipient=member)
    assert [query_count(lambda address=address: client.get(address)) for address in addresses] == few


def test_a_mail_that_waits_for_the_morning_says_when_it_leaves(client, staff, organisation):
    tomorrow = clock.now() + timedelta(days=1)
    mail = mail_about(organisation, due_at=clock.now(), retry_at=tomorrow)
    now = mail_about(organisation, due_at=clock.now())
    for address in (ALL, of(organisation), mail.get_absolute_url()):
        assert page(client, address).lower().count(f"partira le {day_and_hour(tomorrow)}") == 1
    assert "artira le" not in page(client, now.get_absolute_url())


def test_lists_are_read_page_after_page(client, staff):
    OutgoingMailFactory.create_batch(30)
    shown = [
        re.findall(r'href="(/courriels/[0-9a-f-]{36}/)"', page(client, f"{ALL}?page={n}")) for n in (1, 2)
    ]
    assert {*shown[0], *shown[1]} == {mail.get_absolute_url() for mail in OutgoingMail.objects.all()}


@pytest.mark.parametrize("path", [ALL, "organisation"])
def test_it_is_for_the_team(client, organisation, path):
    client.force_login(organisation.members.get())
    assert client.get(of(organisation) if path == "organisation" else path).status_code == 404


def test_the_lines_of_the_week_in_error_are_listed(client, staff):
    introduction = IntroductionFactory()
    person = member_of(introduction.association)
    DigestLine.objects.create(
        key="1",
        notification="companies.review_need",
        category=Category.SERVICE,
        recipient=person,
        about=introduction,
        due_at=clock.now(),
        last_error="KeyError: 'secret de quelqu’un'",
    )
    tower = page(client, reverse("pages:control_tower"))
    assert f"{reverse('mail:failed')}#lignes" in tower
    shown = page(client, reverse("mail:failed"))
    assert "companies.review_need" in shown
    assert person.email in shown
    assert "KeyError" in shown
    assert "secret de quelqu’un" not in shown


def test_no_page_of_the_team_leads_to_a_door_that_is_closed(client, staff):
    administration = reverse("admin:index")
    for name in ("pages:control_tower", "mail:failed", "pages:mails"):
        assert administration not in page(client, reverse(name))
    staff.user_permissions.add(Permission.objects.get(codename="change_cause"))
    assert administration in page(client, reverse("pages:control_tower"))
    client.force_login(StaffFactory(is_superuser=True))
    assert administration in page(client, reverse("pages:control_tower"))
