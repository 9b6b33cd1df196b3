"""Each rule: when it acts, what it does; passing twice does nothing twice, and a step is always open."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.enums import Origin
from accounts.operations import accept_claim, check_organisation
from companies import followups
from companies.enums import NeedStatus
from companies.followups import refresh_step
from companies.operations import close_need, create_need, publish_need, set_policy
from mecenova.agenda.enums import Owner
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import next_step, run_due
from mecenova.calendar import clock
from mecenova.mail.composition import compose_due
from mecenova.mail.digest import next_digest_time
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.reference.enums import Kind
from mecenova.ui.figures import long_date
from tests.accounts.factories import ClaimFactory, StaffFactory, UserFactory
from tests.companies.factories import CompanyFactory, NeedFactory, PolicyFactory

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def now():
    with clock.frozen(MONDAY) as stopped:
        yield stopped


def live(now, days):
    """Every day the runner passes twice: late or repeated, the result is the same."""
    for _ in range(days):
        now.advance(timedelta(days=1))
        run_due()
        run_due()


def steps(subject):
    return list(FollowUp.objects.about([subject]).steps())


def mails(name):
    return list(OutgoingMail.objects.filter(notification=name))


def lines(name):
    return list(DigestLine.objects.filter(notification=name))


class TestCompany:
    def test_an_incomplete_policy_is_reminded_then_called(self, now):
        company = CompanyFactory(policy=None, members=[UserFactory(), UserFactory()])
        refresh_step(company.organisation)
        live(now, 30)
        assert len(mails("companies.complete_policy")) == 2 * 2
        assert next_step(company.organisation).rule == followups.CompletePolicy.name
        live(now, 25)
        (step,) = steps(company.organisation)
        assert (step.rule, step.owner) == (followups.CallAfterSilence.name, Owner.STAFF)
        self.reads_what_follows("companies.complete_policy", step.since)
        live(now, 200)
        assert [step.rule for step in steps(company.organisation)] == [followups.CallAfterSilence.name]
        assert len(mails("companies.complete_policy")) == 4
        assert not FollowUp.objects.all().in_error().exists()

    def reads_what_follows(self, name, called_on):
        """The day of the next mail, then that of the call."""
        sent = OutgoingMail.objects.filter(notification=name)
        first, last = sent.earliest("created_at"), sent.latest("created_at")
        assert (
            f"nous vous le rappelons une dernière fois à partir du {long_date(last.created_at)}" in first.text
        )
        assert f"une personne de l’équipe vous appelle à partir du {long_date(called_on)}" in last.text

    def test_without_a_need_two_reminders_then_a_call(self, now):
        company = CompanyFactory(members=[UserFactory()])
        refresh_step(company.organisation)
        live(now, 100)
        assert len(mails("companies.publish_need")) == 2
        assert next_step(company.organisation).rule == followups.CallAfterSilence.name
        # The sixtieth day is the first of May: nobody calls.
        self.reads_what_follows("companies.publish_need", date(2026, 5, 4))

    def test_a_draft_has_its_own_reminder_never_two(self, now):
        user = UserFactory()
        company = CompanyFactory(members=[user])
        refresh_step(company.organisation)
        need = create_need(company=company, by=user, kind=Kind.IN_KIND, title="Chaises")
        live(now, 45)
        assert mails("companies.publish_need") == []
        assert len(mails("companies.finish_need")) == 2
        last = OutgoingMail.objects.filter(notification="companies.finish_need").latest("created_at")
        assert f"nous le rangeons à partir du {long_date(next_step(need).due_at)}" in last.text
        first = OutgoingMail.objects.filter(notification="companies.finish_need").earliest("created_at")
        assert f"une dernière fois à partir du {long_date(last.created_at)}" in first.text
        live(now, 60)
        need.refresh_from_db()
        assert need.status == NeedStatus.CLOSED
        assert len(lines("companies.need_closed")) == 1
        assert steps(need) == []

    def test_sixty_silent_days_then_a_person_calls(self, now):
        company = CompanyFactory(members=[UserFactory()])
        NeedFactory(company=company, published=True, deadline=None)
        refresh_step(company.organisation)
        live(now, 59)
        assert next_step(company.organisation).rule == followups.KeepInTouch.name
        live(now, 2)
        step = next_step(company.organisation)
        assert (step.rule, step.owner) == (followups.CallAfterSilence.name, Owner.STAFF)

    def test_acting_puts_the_call_off(self, now):
        user = UserFactory()
        company = CompanyFactory(members=[user])
        NeedFactory(company=company, published=True, deadline=None)
        refresh_step(company.organisation)
        live(now, 61)
        publish_need(need=NeedFactory(company=company), by=user)
        (step,) = steps(company.organisation)
        assert step.rule == followups.KeepInTouch.name
        live(now, 50)
        assert next_step(company.organisation).rule == followups.KeepInTouch.name

    def test_a_closed_door_is_left_in_peace(self, now):
        company = PolicyFactory(monthly_capacity=0, company__members=[UserFactory()]).company
        refresh_step(company.organisation)
        live(now, 89)
        assert next_step(company.organisation).rule == followups.ClosedDoor.name
        assert not OutgoingMail.objects.exists()
        live(now, 2)
        assert next_step(company.organisation).owner == Owner.STAFF

    def test_whoever_answered_meanwhile_is_not_reminded(self, now):
        user = UserFactory()
        company = CompanyFactory(policy=None, members=[user])
        refresh_step(company.organisation)
        set_policy(company=company, by=user, monthly_capacity=0)
        live(now, 40)
        assert not OutgoingMail.objects.exists()

    def test_the_first_person_of_an_imported_company_takes_its_step_over(self, now):
        company = CompanyFactory(policy=None, organisation__origin=Origin.IMPORT)
        refresh_step(company.organisation)
        assert next_step(company.organisation).owner == Owner.PLATFORM
        accept_claim(claim=ClaimFactory(organisation=company.organisation), by=StaffFactory())
        assert next_step(company.organisation).rule == "companies.complete_policy"

    def test_the_check_starts_the_first_step(self, now):
        company = CompanyFactory(organisation__status="to_check", policy=None)
        check_organisation(organisation=company.organisation, by=StaffFactory())
        assert [step.rule for step in steps(company.organisation)] == [followups.CompletePolicy.name]


class TestNeed:
    def test_is_open_all_its_last_day_and_closed_the_day_after(self, now):
        user = UserFactory()
        company = CompanyFactory(members=[user])
        need = NeedFactory(company=company, deadline=date(2026, 3, 28))
        publish_need(need=need, by=user)
        now.move_to(datetime(2026, 3, 28, 22, 30, tzinfo=UTC))
        run_due()
        need.refresh_from_db()
        assert need.status == NeedStatus.PUBLISHED
        now.move_to(datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
        run_due()
        run_due()
        need.refresh_from_db()
        assert need.status == NeedStatus.CLOSED
        assert len(lines("companies.need_closed")) == 1
        assert next_step(company.organisation).rule == followups.PublishNeed.name

    def test_what_the_calendar_closed_waits_for_the_week_s_letter(self, now):
        user = UserFactory()
        need = NeedFactory(
            company=CompanyFactory(members=[user]), deadline=date(2026, 12, 23), title="Étoiles"
        )
        publish_need(need=need, by=user)
        now.move_to(datetime(2026, 12, 24, 9, tzinfo=UTC))
        run_due()
        compose_due()
        assert not OutgoingMail.objects.filter(recipient=user).exists()
        now.move_to(datetime(2026, 12, 28, 9, tzinfo=UTC))
        compose_due()
        letter = OutgoingMail.objects.get(recipient=user)
        assert letter.notification == "mail.weekly_digest"
        assert "Nous l’avons clos" in letter.text

    def test_a_late_runner_catches_up(self, now):
        need = publish_need(need=NeedFactory(deadline=date(2026, 3, 10)), by=None)
        now.advance(timedelta(days=400))
        run_due()
        need.refresh_from_db()
        assert need.status == NeedStatus.CLOSED

    def test_without_a_deadline_its_authors_are_asked_each_quarter(self, now):
        company = CompanyFactory(members=[UserFactory()])
        need = publish_need(need=NeedFactory(company=company, deadline=None), by=None)
        live(now, 200)
        assert DigestLine.objects.filter(notification="companies.review_need").count() == 2
        compose_due()
        digest = OutgoingMail.objects.get(subject__contains="tient-il toujours")
        again = long_date(next_digest_time(next_step(need).due_at))
        assert f"nous vous reposerons la question à partir du {again}" in digest.text
        assert [step.rule for step in steps(need)] == [followups.ReviewNeed.name]

    def test_closed_by_hand_nobody_is_told_twice(self, now):
        user = UserFactory()
        need = publish_need(need=NeedFactory(company=CompanyFactory(members=[user])), by=user)
        close_need(need=need, by=user)
        live(now, 120)
        assert lines("companies.need_closed") == []

    def test_published_again_it_is_closed_again_and_told_again(self, now):
        user = UserFactory()
        need = NeedFactory(company=CompanyFactory(members=[user]), deadline=date(2026, 3, 10))
        publish_need(need=need, by=user)
        live(now, 10)
        need.refresh_from_db()
        need.deadline = date(2026, 3, 20)
        need.save()
        publish_need(need=need, by=user)
        live(now, 15)
        need.refresh_from_db()
        assert need.status == NeedStatus.CLOSED
        assert len(lines("companies.need_closed")) == 2
