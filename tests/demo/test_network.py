"""The invented network, loaded once for the tests of this file: whole, believable, at its dates."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from accounts.enums import OrganisationStatus
from accounts.models import Claim, Duplicate, Organisation, User
from associations.enums import Stance
from associations.models import Association, Project
from companies.enums import NeedStatus
from companies.models import Company, Need
from infotheque.models import Document
from matching.models import Diagnosis, Round, Suggestion
from mecenova.agenda.models import Absence, FollowUp, SilenceCheck, Slot, Stay
from mecenova.agenda.operations import free_slots, next_step
from mecenova.calendar import clock
from mecenova.demo.loading import load
from mecenova.demo.logins import ASSOCIATION, COMPANY, LOGINS
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import AddressTrouble, DigestLine, OutgoingMail
from mecenova.pages.promises import kept
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from mecenova.rehearsal.models import Preview
from partnerships.enums import IntroductionStatus
from partnerships.models import AttentionMonth, Introduction, Partnership
from tests.demo.full import assert_every_basket_holds_somebody, assert_one_step_each

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("network")]


@pytest.fixture(scope="module")
def network(django_db_setup, django_db_blocker) -> Iterator[datetime]:
    """Loaded once; what a test writes is undone at its own end, the network at the end of them all."""
    with django_db_blocker.unblock(), transaction.atomic():
        load()
        yield clock.now()
        transaction.set_rollback(True)


def shown(page: Any) -> str:
    """What a reader sees, whatever the kind of its spaces."""
    return " ".join(unescape(page.content.decode()).split())


def counts() -> dict[str, int]:
    models = (
        *(Organisation, User, Project, Need, Introduction, Suggestion, Round, FollowUp, OutgoingMail),
        *(Document, Claim, Partnership),
    )
    return {model.__name__: model.objects.count() for model in models}


class TestTheNetwork:
    def test_it_is_of_a_believable_size(self):
        assert Association.objects.count() >= 115
        assert Company.objects.count() == 20
        assert Project.objects.count() >= 60
        assert Need.objects.count() >= 40
        assert Document.objects.published().count() >= 20
        assert Partnership.objects.count() >= 5

    def test_it_covers_the_country_the_causes_and_the_kinds(self):
        departments = set(Organisation.objects.values_list("department__code", flat=True))
        assert len(departments) >= 70
        assert {"67", "68", "57", "2A", "2B", "971", "972", "973", "974", "976"} <= departments
        for cause in Cause.objects.all():
            assert Association.objects.for_cause(cause).exists(), cause.slug
        for kind in Kind.values:
            assert Project.objects.published().filter(asks__kind=kind).exists(), kind
            assert Need.objects.current().filter(kind=kind).exists(), kind

    def test_every_state_can_be_seen(self):
        organisations = set(Organisation.objects.values_list("status", flat=True))
        assert organisations == set(OrganisationStatus.values) - {OrganisationStatus.LEFT}
        assert set(Association.objects.values_list("stance", flat=True)) == set(Stance.values)
        assert set(Introduction.objects.values_list("status", flat=True)) == set(IntroductionStatus.values)
        assert set(Need.objects.values_list("status", flat=True)) == set(NeedStatus.values)
        assert {0, 12} <= set(Company.objects.values_list("policy__monthly_capacity", flat=True))

    def test_what_the_team_looks_after_can_be_seen(self):
        assert Diagnosis.objects.open().exists()
        assert AddressTrouble.objects.open().count() == 1
        assert Slot.objects.to_hold().count() == 1
        assert free_slots().count() >= 4
        assert Absence.objects.exists()
        assert Stay.objects.filter(left_at__isnull=False).exists()
        assert SilenceCheck.objects.latest_count() == 0
        assert not SilenceCheck.objects.all().is_missing()
        assert Duplicate.objects.to_look_at().exists()
        assert DigestLine.objects.values("status").distinct().count() >= 2
        assert not FollowUp.objects.all().owed_by_staff().filter(assigned_to=None).exists()

    def test_the_team_has_something_in_every_basket(self):
        assert_every_basket_holds_somebody()
        assert User.objects.filter(is_staff=True).count() == 2


class TestThePromises:
    def test_every_active_subject_has_exactly_one_next_step(self):
        assert_one_step_each()

    def test_nothing_of_the_past_is_left_to_do(self, network):
        assert not FollowUp.objects.all().due(network).exists()
        assert not FollowUp.objects.all().in_error().exists()

    def test_past_mails_have_left_at_their_dates(self, network):
        mails = OutgoingMail.objects.all()
        assert not mails.failed().exists()
        assert not mails.filter(sent_at__gt=network).exists()
        assert mails.filter(status=MailStatus.SENT).count() > 150
        # What the worker will send when it starts is what has just happened.
        waiting = mails.filter(status=MailStatus.PENDING)
        assert waiting.count() <= 30
        assert not waiting.filter(created_at__lt=network - timedelta(days=5)).exists()

    def test_no_message_was_late(self, network):
        """Digests included: each is composed on its Monday, whatever else happens that morning."""
        today = clock.paris(network).date()
        assert {count.number: count.broken for count in kept(today - timedelta(days=700), today)}[6] == 0

    def test_the_team_s_previews_are_asked(self):
        assert sorted(Preview.objects.waiting().values_list("days", flat=True)) == [1, 30]

    def test_nothing_is_dated_after_the_present(self, network):
        assert not Organisation.objects.filter(created_at__gt=network).exists()
        assert not Introduction.objects.filter(answered_at__gt=network).exists()
        assert not Suggestion.objects.filter(presented_at__gt=clock.now()).exists()

    def test_attention_is_never_overspent_nor_lost(self):
        months = AttentionMonth.objects.all()
        assert months
        for month in months:
            assert month.spent == month.entries.filter(returned_at__isnull=True).count()


class TestTheThreeLogins:
    @pytest.mark.parametrize("login", LOGINS, ids=["association", "company", "staff"])
    def test_each_enters_with_its_password_and_is_led_somewhere(self, client, login):
        answer = client.post(
            reverse("account_login"), {"login": login.email, "password": login.password}, follow=True
        )
        assert answer.status_code == 200
        assert answer.redirect_chain[-1][0] in {reverse("pages:dashboard"), reverse("pages:control_tower")}

    def test_the_association_waits_for_an_answer_and_was_presented(self, client):
        association = Association.objects.of(User.objects.get(email=ASSOCIATION.email)).get()
        step = next_step(association.organisation)
        assert association.projects.published().exists()
        assert association.introductions.waiting().filter(asked_by_side="association").exists()
        assert Suggestion.objects.filter(association=association).exists()
        client.force_login(User.objects.get(email=ASSOCIATION.email))
        assert " ".join(step.what_to_you.split()) in shown(client.get(reverse("pages:dashboard")))

    def test_the_company_has_suggestions_to_read_and_a_request_to_answer(self, client):
        company = Company.objects.of(User.objects.get(email=COMPANY.email)).get()
        assert Suggestion.objects.open().filter(company=company).count() >= 3
        assert company.introductions.waiting().filter(asked_by_side="association").exists()
        step = next_step(company.organisation)
        client.force_login(User.objects.get(email=COMPANY.email))
        assert " ".join(step.what_to_you.split()) in shown(client.get(reverse("pages:dashboard")))

    def test_loading_again_changes_nothing(self):
        before = counts()
        assert load() is False
        out = StringIO()
        call_command("load_demo", stdout=out)
        assert "déjà là" in out.getvalue()
        assert counts() == before
