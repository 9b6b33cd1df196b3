import html
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.enums import OrganisationStatus
from associations.enums import Stance
from companies.followups import KeepInTouch, refresh_step
from companies.operations import set_policy
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import DigestLine, OutgoingMail
from mecenova.mail.operations import compose_due, deliver_due
from mecenova.mail.rendering import render
from mecenova.ui.figures import short_date
from mecenova.workflow.errors import DomainError, TransitionRefused
from mecenova.workflow.journal import history
from partnerships import operations
from partnerships.enums import IntroductionStatus, PartnershipStatus, Side
from partnerships.models import Introduction, Partnership
from partnerships.notifications import IntroductionTrueStatus
from partnerships.operations import places_left
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.partnerships.factories import IntroductionFactory, fill_places, member_of
from tests.reading import shown
from tests.threads import at_once

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def mails(name):
    return OutgoingMail.objects.filter(notification=f"partnerships.{name}")


def lines(name):
    """What travels in the weekly digest."""
    return DigestLine.objects.filter(notification=f"partnerships.{name}")


@pytest.mark.django_db
def test_asking_spends_a_place_writes_to_the_company_and_says_who_owes_what(pair):
    introduction = pair.ask()
    step = agenda.next_step(introduction)
    assert introduction.status == IntroductionStatus.REQUESTED
    assert places_left(pair.company) == 2
    assert [mail.recipient for mail in mails("introduction_requested")] == [pair.answerer]
    assert step.organisation_id == pair.company.organisation_id
    assert pair.association.organisation.name in step.what


@pytest.mark.django_db
def test_asking_twice_is_asking_once(pair):
    assert pair.ask() == pair.ask()
    assert mails("introduction_requested").count() == 1
    assert places_left(pair.company) == 2


@pytest.mark.django_db
def test_without_a_place_the_request_queues_with_a_date_then_leaves_by_itself(pair):
    with clock.frozen(MONDAY) as now:
        fill_places(pair.company)
        introduction = pair.ask()
        assert introduction.status == IntroductionStatus.QUEUED
        assert clock.paris(agenda.next_step(introduction).deadline).date().isoformat() == "2026-12-01"
        assert mails("introduction_queued").count() == 1
        now.move_to(datetime(2026, 12, 1, 10, tzinfo=UTC))
        fill_places(pair.company)
        agenda.run_due()
        introduction.refresh_from_db()
        assert introduction.status == IntroductionStatus.QUEUED
        assert clock.paris(agenda.next_step(introduction).deadline).date().isoformat() == "2027-01-01"
        now.move_to(datetime(2027, 1, 1, 10, tzinfo=UTC))
        agenda.run_due()
        introduction.refresh_from_db()
        assert introduction.status == IntroductionStatus.REQUESTED
        assert mails("introduction_requested").count() == 1
        step = agenda.next_step(introduction)
        assert (step.rule, step.organisation_id) == ("partnerships.answer", pair.company.organisation_id)


@pytest.mark.django_db
def test_saying_yes_opens_a_partnership_with_both_parties_and_a_next_step(pair):
    partnership = operations.accept_introduction(
        introduction=pair.ask(), by=pair.answerer, note="Avec plaisir."
    )
    assert partnership.status == PartnershipStatus.DISCUSSION
    assert partnership.parties.count() == 2
    assert agenda.next_step(partnership) is not None
    assert agenda.next_step(partnership.introduction) is None
    assert [mail.recipient for mail in mails("introduction_accepted")] == [pair.asker]


@pytest.mark.django_db
def test_after_a_yes_said_by_link_each_side_writes_to_the_other_by_answering_its_mail(
    pair, client, mailoutbox
):
    with clock.frozen(MONDAY):
        pair.association.organisation.phone = "01 99 00 11 22"
        pair.association.organisation.save()
        pair.ask()
        colleague = member_of(pair.company)
        asked = mails("introduction_requested").get(recipient=pair.answerer).text
        link = next(word for word in asked.split() if "/lien/" in word)
        done = client.post(link[link.index("/lien/") :], {"answer": "yes", "note": ""}, follow=True)
        assert "un courriel vous dit comment vous parler" in shown(done)
        deliver_due()
        answers = {message.to[0]: message.reply_to for message in mailoutbox if message.reply_to}
        asker = [pair.asker.email]
        assert answers == {
            pair.asker.email: sorted([pair.answerer.email, colleague.email]),
            pair.answerer.email: asker,
            colleague.email: asker,
        }
        told = {mail.recipient: mail.text for mail in mails("introduction_agreed")}
        assert set(told) == {pair.answerer, colleague}
        assert "Vous avez répondu oui" in told[pair.answerer]
        assert f"{pair.answerer} a répondu oui" in told[colleague]
        assert all("01 99 00 11 22" in text and pair.asker.email not in text for text in told.values())


@pytest.mark.django_db
def test_the_second_answer_sees_what_happened(pair):
    introduction = pair.ask()
    colleague = member_of(pair.company)
    operations.accept_introduction(introduction=introduction, by=pair.answerer)
    with pytest.raises(TransitionRefused, match="Acceptée"):
        operations.decline_introduction(introduction=introduction, reason="timing", by=colleague)
    assert Partnership.objects.count() == 1
    assert mails("introduction_declined").count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_people_answering_at_once_give_one_answer(pair):
    introduction = pair.ask()
    colleague = member_of(pair.company)
    given = at_once(
        lambda: operations.accept_introduction(introduction=introduction, by=pair.answerer),
        lambda: operations.accept_introduction(introduction=introduction, by=colleague),
    )
    assert {type(each) for each in given} == {Partnership, TransitionRefused}
    assert Partnership.objects.count() == 1


@pytest.mark.django_db
def test_later_comes_back_by_itself(pair):
    with clock.frozen(MONDAY) as now:
        introduction = pair.ask()
        day = clock.today() + timedelta(days=60)
        operations.postpone_introduction(introduction=introduction, later_on=day, by=pair.answerer)
        assert clock.paris(agenda.next_step(introduction).deadline).date() == day
        now.move_to(MONDAY + timedelta(days=60, hours=2))
        agenda.run_due()
        introduction.refresh_from_db()
        assert introduction.status == IntroductionStatus.REQUESTED
        assert agenda.next_step(introduction).organisation_id == pair.company.organisation_id
        assert mails("introduction_requested").count() == 2


@pytest.mark.django_db
def test_who_waits_for_a_later_is_told_the_true_status_until_then(pair):
    with clock.frozen(MONDAY) as now:
        introduction = pair.ask(need=None)
        day = clock.today() + timedelta(days=120)
        operations.postpone_introduction(introduction=introduction, later_on=day, by=pair.answerer)
        for _ in range(100):
            now.advance(timedelta(days=1))
            agenda.run_due()
        assert {line.recipient for line in lines("introduction_true_status")} == {pair.asker}
        notification = IntroductionTrueStatus()
        introduction.refresh_from_db()
        written = render(
            notification.template,
            {
                "subject": introduction,
                "recipient": pair.asker,
                **notification.context(introduction, pair.asker),
            },
        )
        assert "La question sera reposée le" in written.text
        assert notification.still_wanted(introduction, pair.asker)
        now.advance(timedelta(days=21))
        agenda.run_due()
        introduction.refresh_from_db()
        assert introduction.status == IntroductionStatus.REQUESTED
        open_now = FollowUp.objects.about([introduction]).open()
        assert sorted(open_now.values_list("rule", "occurrence")) == [
            ("partnerships.answer", 2),
            ("partnerships.true_status", 9),
        ]


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-1, 0, 400])
def test_later_is_a_day_to_come_within_a_year(pair, days):
    introduction = pair.ask()
    with pytest.raises(DomainError):
        operations.postpone_introduction(
            introduction=introduction, later_on=clock.today() + timedelta(days=days), by=pair.answerer
        )


@pytest.mark.django_db
def test_a_no_carries_its_reason_to_the_association(pair):
    operations.decline_introduction(
        introduction=pair.ask(), reason="unclear", by=pair.answerer, note="Trop vague."
    )
    mail = mails("introduction_declined").get()
    assert "Projet pas assez précis" in mail.text
    assert "Réécrivez votre présentation" in mail.text
    assert "Trop vague." in mail.text


@pytest.mark.django_db
def test_asking_again_after_a_no_says_to_what_and_from_when(pair, client):
    """About another need too: what was refused is what had been asked."""
    asked = pair.ask()
    operations.decline_introduction(introduction=asked, reason="timing", by=pair.answerer)
    asked.refresh_from_db()
    other = NeedFactory(company=pair.company, published=True)
    with pytest.raises(DomainError) as refused:
        pair.ask(need=other)
    told = (
        f"{pair.company.organisation.name} a répondu non à votre demande «\u202f{asked.need}\u202f» "
        f"le {short_date(asked.answered_at)}\u00a0: vous pourrez lui écrire de nouveau, pour tout besoin, "
        f"à partir du {short_date(asked.retry_on)}."
    )
    assert refused.value.message == told
    client.force_login(pair.asker)
    page = client.get(reverse("partnerships:introduction_create"), {"besoin": other.pk}).text
    assert told in html.unescape(page)
    assert f'href="{asked.get_absolute_url()}"' in page


@pytest.mark.django_db
def test_silence_is_reminded_then_released_and_the_place_goes_to_the_next(pair):
    with clock.frozen(MONDAY) as now:
        pair.company.policy.monthly_capacity = 1
        pair.company.policy.save()
        introduction = pair.ask()
        sent = []
        for _ in range(40):
            now.advance(timedelta(days=1))
            agenda.run_due()
            introduction.refresh_from_db()
            sent.append(introduction.status)
        assert mails("introduction_reminder").count() == 1
        assert lines("introduction_second_reminder").count() == 1
        assert mails("introduction_last_call").count() == 1
        assert lines("introduction_true_status").count() == 1
        assert introduction.status == IntroductionStatus.RELEASED
        released = mails("introduction_released").get()
        assert "n’a pas été ouverte" in released.text
        # 15 working days after Monday 23 November.
        assert clock.paris(introduction.released_at).date().isoformat() == "2026-12-15"
        assert agenda.next_step(introduction) is None


@pytest.mark.django_db
@pytest.mark.parametrize("first", [agenda.run_due, compose_due], ids=["agenda-first", "digest-first"])
@pytest.mark.parametrize("weekday", range(5))
def test_the_digest_never_doubles_the_last_call(pair, weekday, first):
    """Whatever the day of the request, and whoever works first on the Monday."""
    with clock.frozen(MONDAY + timedelta(days=weekday)) as now:
        pair.ask()
        told = []
        for _ in range(18):
            now.advance(timedelta(days=1))
            for work in sorted((agenda.run_due, compose_due), key=lambda work: work is not first):
                work()
            deliver_due(limit=100, seconds=5)
        for mail in OutgoingMail.objects.filter(recipient=pair.answerer, status=MailStatus.SENT):
            if "attend un mot de vous" in mail.text or mail.notification.endswith("_last_call"):
                told.append(clock.paris(mail.sent_at).date())
        assert mails("introduction_last_call").get().status == MailStatus.SENT
        assert all(later - earlier > timedelta(days=1) for earlier, later in pairwise(sorted(told)))


@pytest.mark.django_db
def test_who_has_answered_is_reminded_of_nothing(pair):
    with clock.frozen(MONDAY) as now:
        introduction = pair.ask()
        operations.decline_introduction(introduction=introduction, reason="timing", by=pair.answerer)
        now.move_to(MONDAY + timedelta(days=90))
        agenda.run_due()
        assert mails("introduction_reminder").count() == 0
        assert lines("introduction_true_status").count() == 0


@pytest.mark.django_db
def test_a_company_that_asks_waits_for_the_association(pair):
    introduction = pair.ask(asked_by_side=Side.COMPANY, by=pair.answerer)
    assert [mail.recipient for mail in mails("introduction_requested")] == [pair.asker]
    with pytest.raises(PermissionDenied):
        operations.accept_introduction(introduction=introduction, by=pair.answerer)
    assert operations.accept_introduction(introduction=introduction, by=pair.asker)


@pytest.mark.django_db
def test_the_true_status_of_a_company_s_request_is_planned_for_nobody(pair):
    introduction = pair.ask(asked_by_side=Side.COMPANY, by=pair.answerer)
    planned = FollowUp.objects.about([introduction])
    assert [row.rule for row in planned] == ["partnerships.answer"]
    day = clock.today() + timedelta(days=120)
    operations.postpone_introduction(introduction=introduction, later_on=day, by=pair.asker)
    assert [row.rule for row in planned.open()] == ["partnerships.later"]


@pytest.mark.django_db
def test_nobody_asks_or_answers_for_others(pair):
    stranger = member_of(IntroductionFactory().association)
    with pytest.raises(PermissionDenied):
        pair.ask(by=stranger)
    introduction = pair.ask()
    for person in (stranger, pair.asker):
        with pytest.raises(PermissionDenied):
            operations.accept_introduction(introduction=introduction, by=person)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stance", "side", "message"),
    [
        (Stance.EXPERT_ONLY, Side.COMPANY, "ne souhaite pas être sollicitée"),
        (Stance.EXPERT_ONLY, Side.ASSOCIATION, "changez d’abord sa position"),
        (Stance.PAUSED, Side.COMPANY, "en pause"),
    ],
)
def test_experts_and_paused_associations_are_not_solicited(pair, stance, side, message):
    pair.association.stance = stance
    pair.association.paused_until = clock.today() if stance == Stance.PAUSED else None
    pair.association.save()
    with pytest.raises(DomainError, match=message):
        pair.ask(asked_by_side=side, by=pair.answerer if side == Side.COMPANY else pair.asker)


@pytest.mark.django_db
def test_a_need_past_its_deadline_is_over(pair):
    over = NeedFactory(company=pair.company, published=True, deadline=clock.today() - timedelta(days=1))
    with pytest.raises(DomainError, match="n’est plus ouvert"):
        pair.ask(need=over)


@pytest.mark.django_db
def test_only_its_own_need_and_project_are_spoken_of(pair):
    with pytest.raises(DomainError, match="pas celui de cette entreprise"):
        pair.ask(need=NeedFactory(published=True))
    with pytest.raises(DomainError, match="pas celui de cette association"):
        pair.ask(project=ProjectFactory(published=True))
    assert not Introduction.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("made", [{"need": NeedFactory}, {"project": ProjectFactory}])
def test_the_database_lets_no_side_speak_of_what_is_another_s(made):
    """At the end of the transaction, since a merge moves the need, then what asked about it."""
    asked = IntroductionFactory()
    others = {name: factory(published=True) for name, factory in made.items()}

    @transaction.atomic
    def speaks_of_another_s():
        Introduction.objects.filter(pk=asked.pk).update(**others)
        connection.check_constraints()

    with pytest.raises(IntegrityError, match="_of_its_"):
        speaks_of_another_s()


@pytest.mark.django_db
def test_an_unchecked_company_is_not_asked(pair):
    organisation = pair.company.organisation
    organisation.status = OrganisationStatus.TO_CHECK
    organisation.save()
    with pytest.raises(DomainError, match="pas encore un membre vérifié"):
        pair.ask()


@pytest.mark.django_db
def test_seen_is_said_once_and_only_by_the_asked_side(pair):
    introduction = pair.ask()
    IntroductionFactory(company=pair.company)
    assert not operations.mark_seen(introduction=introduction, by=pair.asker)
    assert operations.mark_seen(introduction=introduction, by=pair.answerer)
    assert not operations.mark_seen(introduction=introduction, by=pair.answerer)
    assert Introduction.objects.get(seen_at__isnull=False) == introduction


@pytest.mark.django_db
def test_who_opens_a_request_once_it_is_over_had_not_seen_it(pair):
    introduction = operations.release_introduction(introduction=pair.ask())
    assert not operations.mark_seen(introduction=introduction, by=pair.answerer)
    introduction.refresh_from_db()
    assert introduction.seen_at is None


@pytest.mark.django_db
def test_abandoning_a_partnership_closes_its_step(pair):
    partnership = operations.accept_introduction(introduction=pair.ask(), by=pair.answerer)
    operations.abandon_partnership(partnership=partnership, by=pair.asker, note="Calendrier.")
    assert agenda.next_step(partnership) is None
    assert [line.verb for line in history(partnership)] == ["open", "abandon"]
    with pytest.raises(TransitionRefused):
        operations.abandon_partnership(partnership=partnership, by=pair.asker)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    [
        {"status": IntroductionStatus.NO},
        {"status": IntroductionStatus.LATER, "answered_at": MONDAY},
        {"status": IntroductionStatus.YES},
        {"status": IntroductionStatus.RELEASED},
        {"status": IntroductionStatus.QUEUED},
        {"refusal_reason": "timing"},
    ],
)
def test_the_database_refuses_a_state_without_its_facts(broken):
    introduction = IntroductionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Introduction.objects.filter(pk=introduction.pk).update(**broken)


@pytest.mark.django_db
def test_a_higher_capacity_sends_the_oldest_waiting_request_at_once(pair):
    fill_places(pair.company)
    oldest = pair.ask()
    other = AssociationFactory(complete=True)
    newest = pair.ask(association=other, by=member_of(other))
    policy = pair.company.policy
    set_policy(
        company=pair.company,
        by=pair.answerer,
        causes=list(policy.causes.all()),
        kinds=policy.kinds,
        territories=list(policy.territories.all()),
        excluded_causes=[],
        ticket_min=None,
        ticket_max=None,
        general_interest_only=False,
        monthly_capacity=2,
    )
    oldest.refresh_from_db()
    newest.refresh_from_db()
    assert (oldest.status, newest.status) == (IntroductionStatus.REQUESTED, IntroductionStatus.QUEUED)


@pytest.mark.django_db
def test_a_company_that_answers_is_no_longer_silent(pair):
    with clock.frozen(MONDAY):
        refresh_step(pair.company.organisation)
        introduction = pair.ask()
    with clock.frozen(MONDAY + timedelta(days=20)) as now:
        operations.decline_introduction(introduction=introduction, reason="timing", by=pair.answerer)
        step = agenda.next_step(pair.company.organisation)
        assert (step.rule, step.since) == (KeepInTouch.name, now())
