"""What came of a partnership that has ended, then what remains: asked of each party that is still here."""

from datetime import date, timedelta

import pytest

from accounts.operations import what_would_end, withdraw_organisation
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import FollowUp
from mecenova.calendar import clock
from mecenova.identifiers.models import new_key
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import compose_due
from mecenova.ui.figures import long_date
from mecenova.workflow.errors import DomainError
from partnerships import operations
from partnerships.enums import PartnershipStatus
from partnerships.followups import TellLastingEffect
from partnerships.models import Partnership, Reflection
from tests.accounts.factories import StaffFactory
from tests.partnerships.talking import MONDAY, TODAY, mails, rule_of
from tests.reading import shown

pytestmark = pytest.mark.django_db


def test_what_came_of_it_is_asked_then_what_remains_then_nothing(signed):
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    ended = clock.today()
    signed.go_to(ended + timedelta(days=15))
    assert mails("joint_evaluation_asked").count() == 2
    operations.reflect(partnership=signed.partnership, text="Trente jeunes.", by=signed.asker)
    assert rule_of(signed.partnership) == "partnerships.joint_evaluation"
    step = agenda.next_step(signed.partnership)
    assert step.organisation_id == signed.company.organisation_id
    operations.reflect(partnership=signed.partnership, text="De beaux ateliers.", by=signed.answerer)
    assert rule_of(signed.partnership) == "partnerships.lasting_effect"
    with pytest.raises(DomainError, match="pas posée"):
        operations.reflect(partnership=signed.partnership, text="Déjà.", by=signed.asker)
    signed.go_to(ended + timedelta(days=90))
    assert mails("lasting_effect_asked").count() == 2
    for person in (signed.asker, signed.answerer):
        operations.reflect(partnership=signed.partnership, text="Un lien.", by=person)
    signed.partnership.refresh_from_db()
    assert signed.partnership.completed_at is not None
    assert rule_of(signed.partnership) is None
    assert not FollowUp.objects.about([signed.partnership]).open().exists()
    assert Reflection.objects.count() == 4


def test_a_lost_question_of_what_remains_still_counts_from_the_end(signed):
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    for person in (signed.asker, signed.answerer):
        operations.reflect(partnership=signed.partnership, text="Trente jeunes.", by=person)
    promised = agenda.next_step(signed.partnership).due_at
    FollowUp.objects.about([signed.partnership]).delete()
    signed.now.move_to(clock.now() + timedelta(days=30))
    agenda.check_silence()
    assert agenda.next_step(signed.partnership).due_at == promised


def test_what_one_writes_is_told_once_to_the_others_in_their_week(signed):
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    for text in ("Trente jeunes.", "Trente et un jeunes."):
        operations.reflect(partnership=signed.partnership, text=text, by=signed.asker)
    signed.now.move_to(MONDAY + timedelta(days=7, hours=1))
    compose_due()
    (digest,) = OutgoingMail.objects.filter(text__contains="Trente")
    assert digest.recipient == signed.answerer
    assert digest.text.count("Trente et un jeunes.") == 1
    assert "À votre tour" in digest.text
    operations.reflect(partnership=signed.partnership, text="De beaux ateliers.", by=signed.answerer)
    signed.now.move_to(MONDAY + timedelta(days=14, hours=1))
    compose_due()
    digest = OutgoingMail.objects.get(text__contains="De beaux ateliers.")
    assert digest.recipient == signed.asker
    assert "À votre tour" not in digest.text


def test_who_has_written_reads_that_it_is_done(signed, client):
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    for person, done in ((signed.answerer, False), (signed.asker, True)):
        if done:
            operations.reflect(partnership=signed.partnership, text="Trente jeunes.", by=person)
        client.force_login(person)
        page = shown(client.get(signed.partnership.get_absolute_url()))
        assert ("Corriger nos lignes" in page) == done
        assert "A pris fin le" in page


def test_words_hand_the_question_over_to_whoever_has_not_written_and_to_its_own_absences(signed):
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    begun = agenda.next_step(signed.partnership)
    away = {"first_day": TODAY + timedelta(days=1), "last_day": TODAY + timedelta(days=11), "by": None}
    agenda.add_absence(organisation_id=signed.company.organisation_id, **away)
    assert agenda.next_step(signed.partnership).due_at == begun.due_at
    operations.reflect(partnership=signed.partnership, text="Trente jeunes.", by=signed.asker)
    step = agenda.next_step(signed.partnership)
    assert step.organisation_id == signed.company.organisation_id
    assert (step.since, step.cycle, step.occurrence) == (begun.since, begun.cycle, begun.occurrence)
    assert clock.paris(step.due_at).date() == date(2026, 12, 18)
    assert step.deadline > begun.deadline


def test_what_remains_can_be_written_when_it_is_asked_whatever_the_team_has_set(signed):
    agenda.set_delay(rule=TellLastingEffect, occurrence=90, days=60, by=StaffFactory())
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    for person in (signed.asker, signed.answerer):
        operations.reflect(partnership=signed.partnership, text="De beaux ateliers.", by=person)
    signed.go_to(clock.today() + timedelta(days=60))
    mail = mails("lasting_effect_asked").first()
    assert f"s’est terminé le {long_date(MONDAY)}" in mail.text
    assert "mois" not in mail.subject + mail.text
    operations.reflect(partnership=signed.partnership, text="Un lien.", by=signed.asker)


def test_silence_about_it_rests_in_the_end(signed):
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    for _ in range(240):
        signed.go_to(clock.today() + timedelta(days=1))
    for moment in ("joint_evaluation", "lasting_effect"):
        asked, recalled = mails(f"{moment}_asked"), mails(f"{moment}_recalled")
        assert (asked.count(), recalled.count()) == (2, 2)
        assert not {mail.subject for mail in asked} & {mail.subject for mail in recalled}
        assert all(mail.subject.startswith("Rappel") and "dernier message" in mail.text for mail in recalled)
    assert signed.partnership.completed_at is not None
    assert rule_of(signed.partnership) is None


@pytest.mark.parametrize("moment", ["joint_evaluation", "lasting_effect"])
def test_the_day_until_which_one_may_write_is_whole(signed, moment):
    """« Vous avez jusqu’au 14 »: nobody is shut out of the 14th at nine in the morning."""
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    while rule_of(signed.partnership) != f"partnerships.{moment}":
        signed.go_to(clock.today() + timedelta(days=1))
    last_day = clock.paris(agenda.next_step(signed.partnership).deadline).date()
    while clock.today() < last_day:
        signed.go_to(clock.today() + timedelta(days=1))
    assert f"jusqu’au {long_date(last_day)}" in mails(f"{moment}_asked").first().text
    operations.reflect(partnership=signed.partnership, text="Un lien.", by=signed.asker)
    for _ in range(4):
        signed.go_to(clock.today() + timedelta(days=1))
    assert rule_of(signed.partnership) != f"partnerships.{moment}"


@pytest.mark.parametrize("status", ["agreed", "ended"])
def test_who_stays_after_a_departure_still_gives_its_own_account(signed, status):
    signed.sign()
    if status == "ended":
        operations.end_partnership(partnership=signed.partnership, by=signed.answerer)
    withdraw_organisation(organisation=signed.company.organisation, by=signed.answerer)
    signed.go_to(clock.today() + timedelta(days=15))
    assert signed.partnership.status == PartnershipStatus.ENDED
    (ended,), (asked,) = mails("partnership_ended"), mails("joint_evaluation_asked")
    assert (ended.recipient, asked.recipient) == (signed.asker, signed.asker)
    assert ("a quitté Mecenova. Votre partenariat" in ended.text) == (status == "agreed")
    assert "vous vous lirez" not in asked.text
    operations.reflect(partnership=signed.partnership, text="Trente jeunes.", by=signed.asker)
    assert rule_of(signed.partnership) == "partnerships.lasting_effect"


def test_who_has_written_waits_for_nobody_who_has_left(signed):
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    operations.reflect(partnership=signed.partnership, text="Trente jeunes.", by=signed.asker)
    assert agenda.next_step(signed.partnership).organisation_id == signed.company.organisation_id
    withdraw_organisation(organisation=signed.company.organisation, by=signed.answerer)
    assert rule_of(signed.partnership) == "partnerships.lasting_effect"
    assert agenda.next_step(signed.partnership).organisation_id == signed.association.organisation_id


@pytest.mark.parametrize("stays_to_write", [True, False])
def test_who_leaves_reads_before_that_only_it_could_write_and_who_stays_learns_it(signed, stays_to_write):
    signed.sign()
    gone = signed.company.organisation
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    assert what_would_end(gone) == [
        "1\u00a0bilan de partenariat encore à écrire (faites-le avant)",
        "1\u00a0besoin",
    ]
    if not stays_to_write:
        operations.reflect(partnership=signed.partnership, text="Trente jeunes.", by=signed.asker)
    withdraw_organisation(organisation=gone, by=signed.answerer)
    step = agenda.next_step(signed.partnership)
    assert step.organisation_id == signed.association.organisation_id
    signed.now.move_to(MONDAY + timedelta(days=7, hours=1))
    compose_due()
    digest = OutgoingMail.objects.get(text__contains="n’attendez plus ses lignes")
    assert digest.recipient == signed.asker
    assert gone.name in digest.subject
    assert ("même une seule phrase" in digest.text) == stays_to_write


def test_who_has_written_all_that_can_be_written_leaves_nothing_behind(signed):
    """What remains is asked in ninety days: nothing can be written of it before."""
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    operations.reflect(partnership=signed.partnership, text="De beaux ateliers.", by=signed.answerer)
    assert not any("bilan" in said for said in what_would_end(signed.company.organisation))
    operations.reflect(partnership=signed.partnership, text="Trente jeunes.", by=signed.asker)
    assert not any("bilan" in said for said in what_would_end(signed.company.organisation))
    withdraw_organisation(organisation=signed.company.organisation, by=signed.answerer)
    signed.go_to(clock.today() + timedelta(days=200))
    assert not OutgoingMail.objects.filter(text__contains="n’attendez plus ses lignes").exists()
    assert mails("lasting_effect_asked").get().recipient == signed.asker


def test_nothing_more_is_asked_once_both_have_left(signed):
    signed.sign()
    for side in (signed.company, signed.association):
        withdraw_organisation(organisation=side.organisation, by=None)
    signed.partnership.refresh_from_db()
    assert signed.partnership.completed_at is not None
    assert not FollowUp.objects.about([signed.partnership]).open().exists()


def test_what_stays_to_be_written_is_read_at_once_of_one_as_of_four(signed, query_count):
    signed.sign()
    operations.end_partnership(partnership=signed.partnership, by=signed.asker)
    gone = signed.company.organisation
    for_one = query_count(lambda: what_would_end(gone))
    parties = list(signed.partnership.parties.all())
    for _ in range(3):
        other = Partnership.objects.get(pk=signed.partnership.pk)
        other.pk, other.introduction, other._state.adding = new_key(Partnership), None, True
        other.save()
        other.parties.create(organisation=parties[0].organisation, role=parties[0].role)
        other.parties.create(organisation=parties[1].organisation, role=parties[1].role)
    assert what_would_end(gone)[0].startswith("4\u00a0bilans")
    assert query_count(lambda: what_would_end(gone)) == for_one
