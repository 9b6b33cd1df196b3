"""Did you talk? The table of answers, the three days, the team's word, and the way back to the search."""

import itertools
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Organisation
from accounts.operations import withdraw_organisation
from mecenova.agenda import operations as agenda
from mecenova.calendar import clock
from mecenova.mail.digest import is_wanted
from mecenova.mail.subjects import read_subjects
from mecenova.workflow.errors import DomainError
from partnerships import operations
from partnerships.enums import IntroductionStatus, PartnershipStatus, Side
from partnerships.models import Partnership, TalkReport
from partnerships.notifications import TalkAsked
from partnerships.talks import Phase, Said, Verdict, compare, phase_of
from tests.accounts.factories import UserFactory
from tests.associations.factories import AssociationFactory
from tests.partnerships.factories import member_of
from tests.partnerships.talking import FIRST, LAST, MONDAY, OVER, SECOND, mails, state, step_of
from tests.reading import shown
from tests.threads import failures_at_once

pytestmark = pytest.mark.django_db
YES, NO, NOTHING = Said.YES, Said.NO, Said.NOTHING
WAIT, TALKED, DISAGREE, RETURN = Verdict.WAIT, Verdict.TALKED, Verdict.DISAGREE, Verdict.RETURN
TABLE = {
    (YES, YES): (TALKED, TALKED, TALKED),
    (YES, NO): (DISAGREE, DISAGREE, DISAGREE),
    (NO, NO): (WAIT, RETURN, RETURN),
    (YES, NOTHING): (WAIT, WAIT, TALKED),
    (NO, NOTHING): (WAIT, WAIT, RETURN),
    (NOTHING, NOTHING): (WAIT, WAIT, RETURN),
}


@pytest.mark.parametrize(("pair_of_answers", "expected"), TABLE.items())
def test_the_two_answers_mean_the_same_whoever_gave_them(pair_of_answers, expected):
    one, other = pair_of_answers
    for phase, verdict in zip(Phase, expected, strict=True):
        assert compare(one, other, phase) == compare(other, one, phase) == verdict


def test_no_pair_of_answers_is_left_without_a_meaning():
    for one, other, phase in itertools.product(Said, Said, Phase):
        assert compare(one, other, phase) in Verdict
    assert [phase_of(turn) for turn in (0, 3, 10, 21)] == [
        Phase.ASKING,
        Phase.ASKING,
        Phase.ASKING,
        Phase.LAST,
    ]


def test_both_are_asked_on_three_days_then_both_are_free(talk):
    assert step_of(talk).rule == "partnerships.did_you_talk"
    for moment, number in ((FIRST, 1), (SECOND, 2), (LAST, 3)):
        talk.go_to(moment - timedelta(hours=3))
        assert mails("talk_asked").count() == 2 * (number - 1)
        talk.go_to(moment)
        assert mails("talk_asked").count() == 2 * number
        assert state(talk) == PartnershipStatus.DISCUSSION
    assert talk.partnership.talk_turn == 21
    talk.go_to(OVER)
    assert state(talk) == PartnershipStatus.RETURNED
    assert step_of(talk) is None
    told = mails("partnership_returned")
    assert {mail.recipient for mail in told} == {talk.asker, talk.answerer}
    assert agenda.next_step(talk.association.organisation) is not None


def test_the_last_day_is_left_whole_to_whoever_answers_on_it(talk):
    for moment in (FIRST, SECOND, LAST, OVER - timedelta(days=1)):
        talk.go_to(moment)
    assert state(talk) == PartnershipStatus.DISCUSSION
    talk.go_to(OVER)
    assert state(talk) == PartnershipStatus.RETURNED


@pytest.mark.parametrize("side", ["association", "company"])
def test_nobody_is_returned_while_either_side_is_away(talk, side):
    for moment in (FIRST, SECOND, LAST):
        talk.go_to(moment)
    away = {"first_day": date(2027, 1, 6), "last_day": date(2027, 1, 12), "by": None}
    agenda.add_absence(organisation_id=getattr(talk, side).organisation.pk, **away)
    assert clock.paris(step_of(talk).deadline).date() == date(2027, 1, 14)
    talk.go_to(OVER)
    assert state(talk) == PartnershipStatus.DISCUSSION
    talk.go_to(OVER + timedelta(days=7))
    assert state(talk) == PartnershipStatus.RETURNED


def days_of(step):
    return [clock.paris(moment).date() for moment in (step.due_at, step.deadline)]


@pytest.mark.parametrize(
    ("back", "asked_on"),
    [(MONDAY + timedelta(days=1), FIRST), (SECOND, SECOND + timedelta(days=1))],
    ids=["before its day", "its day long past"],
)
def test_a_yes_hands_the_question_over_without_the_holiday_of_whoever_said_it(talk, back, asked_on):
    """The days counted from the start stay; whoever is asked late has at least until the next working day."""
    away = {"first_day": date(2026, 11, 24), "last_day": date(2026, 12, 18), "by": None}
    agenda.add_absence(organisation_id=talk.association.organisation_id, **away)
    talk.go_to(back)
    assert not mails("talk_asked").exists()
    talk.say(talk.asker, True)
    step = step_of(talk)
    assert step.waits_for_organisations == [talk.company.organisation_id]
    assert days_of(step) == [asked_on.date(), date(2027, 1, 7)]
    talk.go_to(asked_on)
    assert [mail.recipient for mail in mails("talk_asked")] == [talk.answerer]


def test_whoever_said_yes_is_no_longer_waited_for(talk):
    talk.say(talk.answerer, True)
    before = days_of(step_of(talk))
    away = {"first_day": date(2026, 11, 24), "last_day": date(2026, 12, 18), "by": None}
    agenda.add_absence(organisation_id=talk.company.organisation_id, **away)
    assert days_of(step_of(talk)) == before


def test_a_runner_stopped_for_months_asks_again_before_it_concludes(talk):
    talk.go_to(MONDAY + timedelta(days=200))
    assert state(talk) == PartnershipStatus.DISCUSSION
    assert mails("talk_asked").count() == 2
    for _ in range(12):
        talk.go_to(clock.now() + timedelta(days=1))
    assert mails("talk_asked").count() == 6
    assert state(talk) == PartnershipStatus.RETURNED


def test_two_yes_go_on_with_a_step_to_decide(talk):
    assert talk.say(talk.asker, True) == Verdict.WAIT
    assert step_of(talk).organisation_id == talk.company.organisation_id
    assert talk.say(talk.answerer, True) == Verdict.TALKED
    assert step_of(talk).rule == "partnerships.decide_together"
    talk.go_to(OVER)
    assert mails("talk_asked").count() == 0
    assert state(talk) == PartnershipStatus.DISCUSSION


def test_a_yes_is_not_asked_again_and_at_last_is_believed(talk):
    talk.go_to(FIRST)
    talk.say(talk.answerer, True)
    talk.go_to(SECOND)
    talk.go_to(LAST)
    asked = [mail.recipient for mail in mails("talk_asked")]
    assert (asked.count(talk.asker), asked.count(talk.answerer)) == (3, 1)
    talk.go_to(OVER)
    assert talk.partnership.talked_at is not None
    assert step_of(talk).rule == "partnerships.decide_together"


def test_two_no_wait_for_the_next_day_and_the_last_two_end_it_at_once(talk):
    for moment in (FIRST, SECOND):
        talk.go_to(moment)
        talk.say(talk.asker, False)
        assert talk.say(talk.answerer, False) == Verdict.WAIT
        assert state(talk) == PartnershipStatus.DISCUSSION
    talk.go_to(LAST)
    talk.say(talk.asker, False)
    assert talk.say(talk.answerer, False) == Verdict.RETURN
    assert state(talk) == PartnershipStatus.RETURNED
    assert TalkReport.objects.count() == 6


def test_a_no_holds_for_its_turn_only(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, False)
    talk.go_to(SECOND)
    assert talk.say(talk.answerer, True) == Verdict.WAIT
    assert talk.say(talk.asker, True) == Verdict.TALKED


def test_before_the_first_question_only_a_yes_says_something(talk):
    with pytest.raises(DomainError, match="Rien ne presse"):
        talk.say(talk.asker, False)
    talk.say(talk.asker, True)
    assert TalkReport.objects.get().turn == 3


def test_who_says_not_yet_after_a_yes_is_asked_again(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.go_to(SECOND)
    assert talk.say(talk.asker, False) == Verdict.WAIT
    assert set(talk.partnership.without_a_yes()) == {
        talk.association.organisation,
        talk.company.organisation,
    }
    before = mails("talk_asked").filter(recipient=talk.asker).count()
    talk.go_to(LAST)
    assert mails("talk_asked").filter(recipient=talk.asker).count() == before + 1


def test_a_changed_answer_during_the_turn_is_the_one_that_counts(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, False)
    talk.say(talk.asker, True)
    assert talk.say(talk.answerer, True) == Verdict.TALKED
    with pytest.raises(DomainError, match="n’est plus posée"):
        talk.say(talk.answerer, False)


def test_the_place_of_the_month_goes_to_the_next_in_the_queue(talk):
    talk.company.policy.monthly_capacity = 1
    talk.company.policy.save()
    other = AssociationFactory(complete=True)
    queued = talk.ask(association=other, by=member_of(other))
    assert queued.status == IntroductionStatus.QUEUED
    operations.return_to_matching(partnership=talk.partnership)
    queued.refresh_from_db()
    assert queued.status == IntroductionStatus.REQUESTED
    assert operations.places_left(talk.company) == 0


def test_a_place_of_another_month_is_not_given_back(talk):
    talk.go_to(datetime(2026, 12, 1, 10, tzinfo=UTC))
    before = operations.places_left(talk.company)
    operations.return_to_matching(partnership=talk.partnership)
    assert operations.places_left(talk.company) == before


def test_the_mail_s_link_shows_then_acts(talk, client):
    talk.go_to(FIRST)
    text = mails("talk_asked").get(recipient=talk.asker).text
    link = next(word for word in text.split() if "/lien/" in word)
    path = link[link.index("/lien/") :]
    assert talk.partnership.title in shown(client.get(path))
    assert "Vous avez répondu" not in shown(client.get(path))
    client.post(path, {})
    assert not TalkReport.objects.exists()
    client.post(path, {"talked": "yes"})
    assert TalkReport.objects.get().by == talk.asker
    assert "Vous avez répondu « oui » le" in shown(client.get(path))
    client.post(path, {"talked": "not_yet"})
    assert TalkReport.objects.get().talked is False
    operations.return_to_matching(partnership=talk.partnership)
    assert "n’est plus posée" in shown(client.get(path))
    assert client.post(path, {"talked": "yes"}).status_code == 410


def test_who_has_left_the_team_does_not_answer_by_an_old_link(talk, client):
    talk.go_to(FIRST)
    text = mails("talk_asked").get(recipient=talk.asker).text
    path = next(word for word in text.split() if "/lien/" in word)
    talk.asker.memberships.all().delete()
    assert client.post(path[path.index("/lien/") :], {"talked": "yes"}).status_code == 404
    with pytest.raises(PermissionDenied):
        talk.say(talk.asker, True)


@pytest.mark.parametrize("data", [{}, {"talked": ""}, {"talked": "peut-être"}, {"talked": "\x00"}])
def test_bad_answers_on_the_page_are_refused(talk, client, data):
    client.force_login(talk.asker)
    address = reverse("partnerships:partnership_talk", args=[talk.partnership.pk])
    assert client.post(address, data).status_code == 422
    assert not TalkReport.objects.exists()


def test_the_page_recalls_what_was_said_and_how_to_change_it(talk, client):
    asked_by, other = talk.asker, talk.answerer
    Organisation.objects.filter(pk=talk.company.organisation_id).update(phone="01 02 03 04 05")
    client.force_login(asked_by)
    page = shown(client.get(talk.partnership.get_absolute_url()))
    assert "<strong>Vous</strong>, qui avez demandé à parler" in page
    assert "01 02 03 04 05" in page
    assert "Changer ma réponse" not in page
    operations.report_talk(partnership=talk.partnership, talked=True, by=asked_by)
    page = shown(client.get(talk.partnership.get_absolute_url()))
    assert "Vous avez répondu « oui »" in page
    assert "Changer ma réponse" in page
    assert "Nous vous poserons aussi la question" not in page
    client.force_login(other)
    page = shown(client.get(talk.partnership.get_absolute_url()))
    assert f"<strong>{talk.association.organisation.name}</strong>, qui a demandé à parler" in page
    assert "Vous avez répondu" not in page


def test_a_no_is_recalled_until_the_question_is_asked_again(talk, client):
    talk.go_to(FIRST)
    operations.report_talk(partnership=talk.partnership, talked=False, by=talk.asker)
    client.force_login(talk.asker)
    assert "Vous avez répondu « pas encore »" in shown(client.get(talk.partnership.get_absolute_url()))
    talk.go_to(SECOND)
    assert "Vous avez répondu" not in shown(client.get(talk.partnership.get_absolute_url()))


def test_strangers_answer_nothing(talk, client):
    client.force_login(UserFactory())
    for name in ("talk", "settle", "settle_signature", "agree", "renew", "end", "reflect", "abandon"):
        address = reverse(f"partnerships:partnership_{name}", args=[talk.partnership.pk])
        assert client.post(address, {"talked": "yes"}).status_code == 404
        assert client.get(address).status_code == 405


def test_a_mail_already_queued_is_not_sent_to_who_answered_meanwhile(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.partnership.refresh_from_db()
    assert not is_wanted(TalkAsked(), talk.partnership, talk.asker)
    assert is_wanted(TalkAsked(), talk.partnership, talk.answerer)


def test_what_each_said_is_read_with_the_mails_that_ask(talk, query_count):
    talk.go_to(FIRST)
    mail = mails("talk_asked").select_related("recipient").first()
    read_subjects([mail])
    assert query_count(lambda: is_wanted(TalkAsked(), mail.about, mail.recipient)) == 0


def test_the_last_question_does_not_promise_another(talk, client):
    """« Nous la reposerons » is true of the first two: after the third, silence is an answer too."""
    address = reverse("partnerships:partnership_talk", args=[talk.partnership.pk])
    client.force_login(talk.asker)
    for moment, again in ((FIRST, True), (SECOND, True), (LAST, False)):
        talk.go_to(moment)
        last = mails("talk_asked").filter(recipient=talk.asker).latest("created_at")
        assert ("nous la reposerons" in last.text) is again
        assert ("la dernière fois" in last.text) is not again
        answered = shown(client.post(address, {"talked": "not_yet"}, follow=True))
        assert ("Nous vous reposerons la question" in answered) is again
    assert "chacun sera libre de chercher ailleurs" in answered


def test_the_database_refuses_what_makes_no_sense(talk):
    rows = Partnership.objects.filter(pk=talk.partnership.pk)
    for broken in (
        {"status": "returned"},
        {"talk_turn": 4},
        {"status": "agreed"},
        {"status": "ended"},
        {"disagreement_at": MONDAY, "talked_at": MONDAY},
        {"completed_at": MONDAY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**broken)
    report = {"partnership": talk.partnership, "organisation": talk.company.organisation, "talked": True}
    with pytest.raises(IntegrityError), transaction.atomic():
        TalkReport.objects.create(turn=5, **report)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("one", "other"), [(True, True), (True, False), (False, False)])
def test_both_sides_answering_at_once_are_both_heard(talk, one, other):
    for moment in (FIRST, SECOND, LAST):
        talk.go_to(moment)
    answers = partial(talk.say, talk.asker, one), partial(talk.say, talk.answerer, other)
    assert failures_at_once(*answers) == []
    expected = compare(Said.YES if one else Said.NO, Said.YES if other else Said.NO, Phase.LAST)
    talk.partnership.refresh_from_db()
    assert TalkReport.objects.count() == 2
    assert (talk.partnership.talked_at is not None) == (expected == Verdict.TALKED)
    assert (talk.partnership.disagreement_at is not None) == (expected == Verdict.DISAGREE)
    assert (talk.partnership.status == PartnershipStatus.RETURNED) == (expected == Verdict.RETURN)
    step_of(talk)


@pytest.mark.django_db(transaction=True)
def test_the_runner_and_an_answer_at_once_agree_on_one_end(talk):
    for moment in (FIRST, SECOND, LAST):
        talk.go_to(moment)
    talk.say(talk.asker, True)
    talk.now.move_to(OVER)
    assert failures_at_once(partial(talk.say, talk.answerer, True), agenda.run_due) == []
    agenda.run_due()
    talk.partnership.refresh_from_db()
    assert talk.partnership.talked_at is not None
    assert step_of(talk).rule == "partnerships.decide_together"


@pytest.mark.django_db(transaction=True)
def test_an_answer_and_a_departure_at_once_leave_nothing_open(talk):
    talk.go_to(FIRST)
    gone = talk.association.organisation
    leave = partial(withdraw_organisation, organisation=gone, by=None)
    assert failures_at_once(leave, partial(talk.say, talk.answerer, True)) == []
    assert state(talk) == PartnershipStatus.ABANDONED
    assert step_of(talk) is None


def test_a_company_that_asked_owes_the_first_word(pair):
    introduction = pair.ask(asked_by_side=Side.COMPANY, by=pair.answerer)
    partnership = operations.accept_introduction(introduction=introduction, by=pair.asker)
    assert agenda.next_step(partnership).organisation_id == pair.company.organisation_id
