"""What is kept of an answer to « Vous êtes-vous parlé ? »: who said what, when, and who is there."""

from datetime import timedelta

import pytest

from accounts.models import Organisation
from companies.followups import CallAfterSilence
from mecenova.agenda import operations as agenda
from mecenova.workflow.journal import history
from partnerships.models import TalkReport
from tests.partnerships.factories import member_of
from tests.partnerships.talking import FIRST

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
