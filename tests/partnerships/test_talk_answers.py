"""What is kept of an answer to « Vous êtes-vous parlé ? »: who said what, when, and who is there."""

from datetime import timedelta

import pytest

from accounts.models import Organisation
from companies.followups import CallAfterSilence
from mecenova.agenda import operations as agenda
from mecenova.workflow.journal import history
from partnerships import operations
from partnerships.models import TalkReport
from partnerships.operations.talks import ask_again
from tests.partnerships.factories import member_of
from tests.partnerships.talking import FIRST, SECOND, mails, step_of

pytestmark = pytest.mark.django_db


def test_an_answer_changed_by_a_colleague_is_the_colleague_s_and_of_that_moment(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, False)
    colleague = member_of(talk.association)
    talk.now.advance(timedelta(hours=1))
    talk.say(colleague, True)
    report = TalkReport.objects.get()
    assert (report.talked, report.by, report.at) == (True, colleague, talk.now())


def test_each_answer_has_its_line_in_the_journal_with_its_side_and_its_author(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, False)
    talk.say(talk.answerer, True)
    lines = history(talk.partnership).filter(verb="report_talk")
    assert [(line.by, line.note) for line in lines] == [
        (talk.asker, f"{talk.association.organisation.name}\u00a0: pas encore"),
        (talk.answerer, f"{talk.company.organisation.name}\u00a0: oui"),
    ]


@pytest.mark.parametrize(("side", "is_called"), [("answerer", False), ("asker", True)])
def test_a_company_that_answers_is_silent_no_more(talk, side, is_called):
    """The team was to call it; what the association says is no sign of the company."""
    talk.go_to(FIRST)
    organisation = Organisation.objects.get(pk=talk.company.organisation_id)
    agenda.start(CallAfterSilence, organisation)
    talk.say(getattr(talk, side), True)
    step = agenda.next_step(organisation)
    assert (step is not None and step.rule == CallAfterSilence.name) == is_called


def test_what_is_settled_already_is_not_asked_nor_concluded_again(talk):
    """A worker that comes late finds that they have talked."""
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, True)
    talk.partnership.refresh_from_db()
    asked, talked_at = mails("talk_asked").count(), talk.partnership.talked_at
    talk.now.advance(timedelta(days=1))
    operations.ask_whether_they_talked(partnership=talk.partnership, turn=10, key="10", again_on=None)
    operations.conclude_talk(partnership=talk.partnership)
    talk.partnership.refresh_from_db()
    assert (talk.partnership.talk_turn, mails("talk_asked").count()) == (3, asked)
    assert talk.partnership.talked_at == talked_at
    assert step_of(talk).rule == "partnerships.decide_together"


def test_whoever_of_the_team_returns_both_is_named_in_the_journal(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    operations.settle_talk(partnership=talk.partnership, talked=False, by=talk.staff, note="Vu avec eux.")
    assert history(talk.partnership).get(verb="return_to_matching").by == talk.staff


def test_asked_anew_from_the_first_day_each_yes_stays(talk):
    """Their signature was said, then taken back: whether they talked is asked again, of those who said no."""
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.go_to(SECOND)
    former = step_of(talk)
    ask_again(talk.partnership, since=SECOND)
    talk.partnership.refresh_from_db()
    assert talk.partnership.talk_turn == 0
    assert talk.partnership.without_a_yes() == [talk.company.organisation]
    step = step_of(talk)
    assert (step.occurrence, step.since, step.pk != former.pk) == (3, SECOND, True)
