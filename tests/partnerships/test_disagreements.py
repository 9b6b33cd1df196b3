"""One says that they have talked, the other that they have not: a person of the team settles it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.operations import withdraw_organisation
from mecenova.agenda.enums import Owner
from mecenova.calendar import clock
from mecenova.ui.figures import long_date
from mecenova.workflow.journal import history
from partnerships import operations
from partnerships.answering import report_talk
from partnerships.enums import PartnershipStatus
from partnerships.models import Partnership, TalkReport
from partnerships.talks import Verdict
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.partnerships.talking import FIRST, LAST, OVER, SECOND, mails, state, step_of
from tests.reading import plain, shown

pytestmark = pytest.mark.django_db


def test_who_answers_otherwise_reads_by_when_the_team_calls(talk):
    talk.go_to(FIRST)
    assert "appelle" not in report_talk(talk.partnership, True, by=talk.asker)
    said = report_talk(talk.partnership, False, by=talk.answerer)
    assert "vous appelle tous les deux au plus tard le mardi 1er\u00a0décembre 2026." in said


def test_a_yes_and_a_no_go_to_the_team_and_both_are_told(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    assert talk.say(talk.answerer, False) == Verdict.DISAGREE
    assert list(Partnership.objects.in_disagreement()) == [talk.partnership]
    step = step_of(talk)
    assert (step.rule, step.owner) == ("partnerships.settle_disagreement", Owner.STAFF)
    assert {mail.recipient for mail in mails("talk_disagreement")} == {talk.asker, talk.answerer}
    talk.go_to(OVER)
    assert mails("talk_asked").count() == 2
    assert step_of(talk).rule == "partnerships.settle_disagreement"


def test_not_yet_is_offered_before_the_first_question_once_the_other_side_has_said_yes(talk, client):
    address = reverse("partnerships:partnership_talk", args=[talk.partnership.pk])
    client.force_login(talk.answerer)
    assert "Pas encore" not in shown(client.get(talk.partnership.get_absolute_url()))
    assert client.post(address, {"talked": "not_yet"}).status_code == 422
    talk.say(talk.asker, True)
    assert "Pas encore" in shown(client.get(talk.partnership.get_absolute_url()))
    response = client.post(address, {"talked": "not_yet"}, follow=True)
    assert "L’autre côté n’a pas répondu la même chose" in shown(response)
    assert step_of(talk).rule == "partnerships.settle_disagreement"
    assert {mail.recipient for mail in mails("talk_disagreement")} == {talk.asker, talk.answerer}


@pytest.mark.parametrize(
    ("hours", "when"), [(0, "part tout de suite"), (12, "part vendredi 27 novembre 2026")]
)
def test_whoever_settles_at_night_reads_that_both_will_know_in_the_morning(talk, client, hours, when):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    client.force_login(StaffFactory())
    address = reverse("partnerships:partnership_settle", args=[talk.partnership.pk])
    with clock.frozen(clock.now() + timedelta(hours=hours)):
        answer = client.post(address, {"talked": "yes", "note": "Gilles, au téléphone."}, follow=True)
    assert plain(f"le courriel qui le dit aux deux côtés {when}") in shown(answer)


def test_a_yes_taken_back_before_the_first_question_leaves_it_to_its_days(talk):
    """Nobody has been asked yet: nobody is sent back to the search."""
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    assert talk.say(talk.asker, False) == Verdict.WAIT
    assert state(talk) == PartnershipStatus.DISCUSSION
    assert not Partnership.objects.in_disagreement().exists()
    assert step_of(talk).rule == "partnerships.did_you_talk"
    talk.go_to(FIRST)
    assert {mail.recipient for mail in mails("talk_asked")} == {talk.asker, talk.answerer}
    assert talk.say(talk.answerer, True) == Verdict.WAIT


def test_who_said_yes_by_mistake_takes_it_back_on_the_first_day(talk):
    talk.say(talk.asker, True)
    assert talk.say(talk.asker, False) == Verdict.WAIT
    assert len(talk.partnership.without_a_yes()) == 2


def test_a_day_that_the_team_misses_is_said_to_both_once_it_is_over_with_the_next_one(talk, client):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    promised = step_of(talk).deadline
    talk.go_to(promised + timedelta(hours=1))
    assert step_of(talk).deadline == promised, "the day promised is not over"
    assert not mails("settlement_delayed").exists()
    talk.go_to(promised + timedelta(days=1))
    new = step_of(talk).deadline
    assert new > promised
    assert {mail.recipient for mail in mails("settlement_delayed")} == {talk.asker, talk.answerer}
    assert all(long_date(new) in mail.text for mail in mails("settlement_delayed"))
    client.force_login(talk.asker)
    page = shown(client.get(talk.partnership.get_absolute_url()))
    assert plain(f"Promis d’abord pour le {long_date(promised)}.") in page
    talk.go_to(new + timedelta(days=1))
    assert mails("settlement_delayed").count() == 4


def test_whoever_says_yes_first_is_told_until_when_the_other_is_waited_for(talk, client):
    talk.go_to(FIRST)
    client.force_login(talk.asker)
    answer = {"talked": "yes"}
    address = reverse("partnerships:partnership_talk", args=[talk.partnership.pk])
    page = shown(client.post(address, answer, follow=True))
    deadline = long_date(step_of(talk).deadline)
    assert plain(f"la réponse de l’autre côté, au plus tard le {deadline} : vous n’avez plus rien") in page


def test_a_disagreement_is_told_to_the_team_as_the_team_s_to_settle(talk, client):
    organisation = talk.company.organisation
    organisation.phone = "01 99 00 12 34"
    organisation.save(update_fields=["phone"])
    page = talk.partnership.get_absolute_url()
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    client.force_login(talk.asker)
    assert "Nous attendons la réponse de l’autre côté" in client.get(page).text
    talk.say(talk.answerer, False)
    assert "Nous attendons la réponse de l’autre côté" not in client.get(page).text
    client.force_login(StaffFactory())
    assert "Leurs réponses ne disent pas" in client.get(page).text
    assert 'href="tel:0199001234"' in client.get(page).text
    client.force_login(talk.asker)
    assert "Vos réponses ne disent pas" in client.get(page).text
    assert 'href="tel:0199001234"' in client.get(page).text


@pytest.mark.parametrize(("changed", "verdict"), [(True, Verdict.TALKED), (False, Verdict.RETURN)])
def test_a_changed_answer_ends_a_disagreement(talk, changed, verdict):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    person = talk.answerer if changed else talk.asker
    assert talk.say(person, changed) == verdict
    assert not Partnership.objects.in_disagreement().exists()
    assert TalkReport.objects.count() == 2
    assert mails("talk_settled").count() == (2 if changed else 0)
    told = mails("talk_settled" if changed else "partnership_returned")
    assert not told.filter(text__contains="vous a entendus")
    step_of(talk)


def test_what_the_team_once_heard_of_a_signature_is_not_why_a_later_silence_ends_it(talk):
    operations.agree_partnership(
        partnership=talk.partnership, signed_on=talk.now().date(), ends_on=None, by=talk.asker
    )
    operations.contest_signature(partnership=talk.partnership, note="Non.", by=talk.answerer)
    settled = {"signed_on": None, "ends_on": None, "by": talk.staff, "note": "Rien de signé."}
    operations.settle_signature(partnership=talk.partnership, **settled)
    for day in (FIRST, SECOND, LAST, OVER):
        talk.go_to(day)
    assert state(talk) == PartnershipStatus.RETURNED
    assert mails("partnership_returned").count() == 2
    assert not mails("partnership_returned").filter(text__contains="Rien de signé")


@pytest.mark.parametrize("talked", [True, False])
def test_the_team_settles_on_the_page_and_who_did_is_kept(talk, client, talked):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    address = reverse("partnerships:partnership_settle", args=[talk.partnership.pk])
    for person in (talk.asker, talk.answerer, UserFactory()):
        client.force_login(person)
        assert client.post(address, {"talked": "yes", "note": "Moi"}).status_code == 404
    client.force_login(talk.staff)
    page = client.get(talk.partnership.get_absolute_url())
    assert "Se sont-ils parlé" in shown(page)
    assert client.post(address, {"talked": "yes"}).status_code == 422
    sent = {"talked": "yes" if talked else "no", "note": "Vu avec les deux, ce matin."}
    client.post(address, sent)
    assert client.post(address, sent).status_code == 409
    line = history(talk.partnership).get(verb="settle")
    assert (line.by, line.note) == (talk.staff, "Vu avec les deux, ce matin.")
    told = mails("talk_settled" if talked else "partnership_returned")
    assert {mail.recipient for mail in told} == {talk.asker, talk.answerer}
    for mail in told:
        assert f"{talk.staff}, de l’équipe IMS, vous a entendus" in mail.text
        assert "> Vu avec les deux, ce matin." in mail.text
    client.force_login(talk.asker)
    assert "Vu avec les deux, ce matin." in shown(client.get(talk.partnership.get_absolute_url()))
    assert state(talk) == (PartnershipStatus.DISCUSSION if talked else PartnershipStatus.RETURNED)
    step_of(talk)


def test_a_member_of_the_team_does_not_settle_its_own_partnership(talk):
    MembershipFactory(organisation=talk.company.organisation, user=talk.staff)
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    with pytest.raises(PermissionDenied):
        operations.settle_talk(partnership=talk.partnership, talked=True, by=talk.staff, note="Oui.")


def test_leaving_during_a_disagreement_ends_it(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    withdraw_organisation(organisation=talk.company.organisation, by=talk.answerer)
    assert state(talk) == PartnershipStatus.ABANDONED
    assert step_of(talk) is None


def test_saying_that_it_is_signed_ends_a_disagreement(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    operations.agree_partnership(
        partnership=talk.partnership, signed_on=FIRST.date(), ends_on=None, by=talk.answerer
    )
    assert state(talk) == PartnershipStatus.AGREED
    assert not Partnership.objects.in_disagreement().exists()
    assert step_of(talk).rule == "partnerships.yearly_review"


def test_the_same_answer_said_again_is_the_same_disagreement(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    talk.partnership.refresh_from_db()
    since = talk.partnership.disagreement_at
    talk.now.advance(timedelta(hours=1))
    talk.say(talk.answerer, False)
    talk.partnership.refresh_from_db()
    assert talk.partnership.disagreement_at == since
    assert mails("talk_disagreement").count() == 2
