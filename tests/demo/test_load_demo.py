"""The invented network: whole, believable, at its dates, and never loaded twice."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse

from accounts.enums import CHECKING_STATUSES, OrganisationStatus
from accounts.models import Claim, Duplicate, Organisation, User
from associations.enums import ProjectStatus, Stance
from associations.models import Association, Project
from companies.enums import NeedStatus
from companies.models import Company, Need
from infotheque.enums import PUBLIC_STATUSES
from infotheque.models import Document, Tip
from matching.models import Diagnosis, Round, Suggestion
from mecenova.agenda.models import Absence, FollowUp, SilenceCheck, Slot, Stay
from mecenova.agenda.operations import free_slots, next_step
from mecenova.calendar import clock
from mecenova.demo.loading import load
from mecenova.demo.logins import ASSOCIATION, COMPANY, LOGINS, STAFF
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import AddressTrouble, DigestLine, OutgoingMail
from mecenova.pages.baskets import BASKETS
from mecenova.pages.promises import kept
from mecenova.reference.enums import Kind
from mecenova.reference.models import Cause
from mecenova.rehearsal.models import Preview
from partnerships.enums import IntroductionStatus
from partnerships.models import AttentionMonth, Introduction, Partnership

# The rounds present everybody in time, whenever the demo is loaded: nobody waits near the ninety days.
LEFT_EMPTY = {"associations-sans-presentation"}


def shown(page: Any) -> str:
    """What a reader sees, whatever the kind of its spaces."""
    return " ".join(unescape(page.content.decode()).split())


ACTIVE_ORGANISATIONS = (*CHECKING_STATUSES, OrganisationStatus.CHECKED)


@pytest.fixture(scope="module")
def network(django_db_setup, django_db_blocker) -> Iterator[datetime]:
    """Loaded once for the tests of this module, which read it only."""
    with django_db_blocker.unblock(), transaction.atomic():
        load()
        yield clock.now()
        transaction.set_rollback(True)


def active_subjects() -> list[object]:
    return [
        *Organisation.objects.filter(status__in=ACTIVE_ORGANISATIONS),
        *Project.objects.exclude(status=ProjectStatus.CLOSED),
        *Need.objects.exclude(status=NeedStatus.CLOSED),
        *Introduction.objects.open(),
        *Partnership.objects.active(),
        *Claim.objects.waiting(),
        *AddressTrouble.objects.open(),
        *Slot.objects.to_hold(),
        *Tip.objects.waiting(),
        *Tip.objects.promised_drafts(),
        # Not of the promise, and followed all the same: what is on line is read again one day.
        *Document.objects.filter(status__in=PUBLIC_STATUSES),
    ]


def assert_one_step_each() -> None:
    """Promise 1: every active subject has exactly one next step, and nothing else has any."""
    wanted = Counter(subject.pk for subject in active_subjects())
    assert Counter(FollowUp.objects.all().steps().values_list("subject_id", flat=True)) == wanted


def counts() -> dict[str, int]:
    models = (
        *(Organisation, User, Project, Need, Introduction, Suggestion, Round, FollowUp, OutgoingMail),
        *(Document, Claim, Partnership),
    )
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.usefixtures("network")
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
        assert Duplicate.objects.to_look_at().exists()
        assert DigestLine.objects.values("status").distinct().count() >= 2
        assert not FollowUp.objects.all().owed_by_staff().filter(assigned_to=None).exists()

    def test_the_team_has_something_in_every_basket(self):
        assert {basket.slug for basket in BASKETS.values() if not basket.count()} <= LEFT_EMPTY
        assert User.objects.filter(is_staff=True).count() == 2


@pytest.mark.usefixtures("network")
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
        for month in AttentionMonth.objects.all():
            assert month.spent == month.entries.filter(returned_at__isnull=True).count()


@pytest.mark.usefixtures("network")
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
        assert " ".join(step.what.split()) in shown(client.get(reverse("pages:dashboard")))

    def test_the_company_has_suggestions_to_read_and_a_request_to_answer(self, client):
        company = Company.objects.of(User.objects.get(email=COMPANY.email)).get()
        assert Suggestion.objects.open().filter(company=company).count() >= 3
        assert company.introductions.waiting().filter(asked_by_side="association").exists()
        step = next_step(company.organisation)
        client.force_login(User.objects.get(email=COMPANY.email))
        assert " ".join(step.what.split()) in shown(client.get(reverse("pages:dashboard")))

    def test_loading_again_changes_nothing(self):
        before = counts()
        assert load() is False
        out = StringIO()
        call_command("load_demo", stdout=out)
        assert "déjà là" in out.getvalue()
        assert counts() == before


# A Sunday in August, the first hours of a month, the day after New Year: the demo is as full on any of them.
@pytest.mark.django_db
@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 8, 16, 20, 30, tzinfo=UTC), datetime(2027, 3, 1, 5, 10, tzinfo=UTC)],
    ids=["august", "first-of-the-month"],
)
def test_it_never_ages(frozen_clock, moment):
    with frozen_clock(moment):
        load()
        assert_one_step_each()
        assert {basket.slug for basket in BASKETS.values() if not basket.count()} <= LEFT_EMPTY
        assert set(Introduction.objects.values_list("status", flat=True)) == set(IntroductionStatus.values)
        company = Company.objects.of(User.objects.get(email=COMPANY.email)).get()
        assert Suggestion.objects.open().filter(company=company).exists()
        assert Need.objects.current().count() >= 30


@pytest.mark.django_db
def test_an_interrupted_load_leaves_nothing_and_starts_again(monkeypatch):
    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("mecenova.demo.loading.Timeline.live", interrupted)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            load()
    assert not User.objects.filter(email=STAFF.email).exists()
