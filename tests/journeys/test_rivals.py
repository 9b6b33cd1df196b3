"""Two people press a button at the same instant: one wins, the other reads what happened.

The first is stopped when it has written and not committed; the second goes on until it waits, or to its end.
"""

from datetime import date, time, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts.models import Merge, Organisation
from associations.operations import publish_project
from matching.enums import DiagnosisCause
from matching.operations import diagnose
from mecenova.agenda import operations as agenda
from mecenova.agenda.models import Absence, FollowUp, Slot
from mecenova.agenda.operations import absences
from mecenova.agenda.slot_links import slots_path
from mecenova.calendar import clock
from mecenova.imports.enums import RunStatus
from mecenova.mail.models import OutgoingMail
from partnerships.models import Introduction, Partnership, TalkReport
from tests.accounts.factories import MembershipFactory, StaffFactory, UserFactory
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.journeys.rivals import Sent, letters_are_each_one, verbs
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import member_of
from tests.partnerships.talking import FIRST, MONDAY

pytestmark = pytest.mark.django_db(transaction=True)
YES, NO = {"answer": "yes"}, {"answer": "no", "reason": "timing"}
TUESDAY = date(2026, 12, 1)


@pytest.fixture
def asked(pair):
    with clock.frozen(MONDAY) as now:
        introduction = pair.ask()
        colleague = member_of(pair.company)
        yield SimpleNamespace(
            introduction=introduction,
            pair=pair,
            now=now,
            answer=lambda data, second=False: Sent(
                colleague if second else pair.answerer,
                reverse("partnerships:introduction_answer", args=[introduction.pk]),
                **data,
            ),
            withdraw=Sent(pair.asker, reverse("partnerships:introduction_withdraw", args=[introduction.pk])),
        )


LATER = {"answer": "later", "later_on": "2027-01-20"}


@pytest.mark.parametrize(
    ("one", "other"), [(YES, YES), (YES, NO), (NO, YES), (NO, NO), (YES, LATER), (NO, LATER)]
)
def test_two_answers_are_one(asked, rivals, one, other):
    first, second = asked.answer(one), asked.answer(other, second=True)
    rivals(first, second)
    asked.introduction.refresh_from_db()
    assert asked.introduction.status == one["answer"]
    assert len(verbs(asked.introduction)) == 2, verbs(asked.introduction)
    assert second.answer.status_code == 409
    assert ("Acceptée" if one is YES else "Déclinée") in second.read
    assert Partnership.objects.count() == (one is YES)
    assert letters_are_each_one()


@pytest.mark.parametrize("answer", [YES, NO, LATER])
def test_an_answer_and_a_request_taken_back(asked, rivals, answer):
    first = asked.answer(answer)
    rivals(first, asked.withdraw)
    asked.introduction.refresh_from_db()
    if answer is LATER:  # It may still be taken back: one came after the other.
        assert asked.introduction.status == "withdrawn"
    else:
        assert asked.introduction.status == answer["answer"]
        assert asked.withdraw.answer.status_code in {404, 409}
    assert letters_are_each_one()


@pytest.mark.parametrize("answer", [YES, NO, LATER])
def test_a_request_taken_back_and_an_answer(asked, rivals, answer):
    second = asked.answer(answer)
    rivals(asked.withdraw, second)
    asked.introduction.refresh_from_db()
    assert asked.introduction.status == "withdrawn"
    assert second.answer.status_code == 409
    assert "Retirée" in second.read
    assert not Partnership.objects.exists()
    assert FollowUp.objects.about([asked.introduction]).open().count() == 0


def to_the_last_day(asked):
    while (step := agenda.next_step(asked.introduction)).deadline > asked.now():
        asked.now.move_to(max(step.due_at, asked.now() + timedelta(minutes=1)))
        if step.occurrence == 15:
            return
        agenda.run_due()


@pytest.mark.parametrize("answer", [YES, NO])
def test_an_answer_and_the_release(asked, rivals, answer):
    to_the_last_day(asked)
    rivals(asked.answer(answer), agenda.run_due)
    asked.introduction.refresh_from_db()
    assert asked.introduction.status == answer["answer"]


@pytest.mark.parametrize("answer", [YES, NO, LATER])
def test_the_release_and_an_answer(asked, rivals, answer):
    to_the_last_day(asked)
    second = asked.answer(answer)
    rivals(agenda.run_due, second)
    asked.introduction.refresh_from_db()
    assert asked.introduction.status == "released"
    assert second.answer.status_code == 409
    assert "Libérée" in second.read
    assert not Partnership.objects.exists()


@pytest.mark.parametrize("answer", [YES, NO, LATER])
@pytest.mark.parametrize("is_away_first", [True, False])
def test_an_answer_and_an_absence(asked, rivals, answer, is_away_first):
    """No rivals: both are done, and what is over owes nothing."""
    organisation = asked.pair.company.organisation
    away = Sent(
        asked.pair.answerer,
        reverse("accounts:organisation_absences", args=[organisation.pk]),
        first_day="2026-11-24",
        last_day="2026-11-27",
    )
    answered = asked.answer(answer, second=True)
    if is_away_first:
        rivals(away, answered, stopped=(absences, "_plan_again"))
    else:
        rivals(answered, away)
    asked.introduction.refresh_from_db()
    assert asked.introduction.status == answer["answer"]
    assert Absence.objects.filter(organisation_id=organisation.pk).count() == 1
    assert FollowUp.objects.about([asked.introduction]).steps().count() == (answer is LATER)


@pytest.fixture
def disagreeing(talk):
    talk.go_to(FIRST)
    talk.say(talk.asker, True)
    talk.say(talk.answerer, False)
    return talk


def settles(person, partnership, talked):
    address = reverse("partnerships:partnership_settle", args=[partnership.pk])
    return Sent(person, address, talked=talked, note="Entendus ce matin.")


@pytest.mark.parametrize("talked", ["yes", "no"])
def test_two_who_settle_settle_once(disagreeing, rivals, talked):
    first, second = StaffFactory.create_batch(2)
    second = settles(second, disagreeing.partnership, "no" if talked == "yes" else "yes")
    rivals(settles(first, disagreeing.partnership, talked), second)
    disagreeing.partnership.refresh_from_db()
    assert (disagreeing.partnership.talked_at is not None) == (talked == "yes")
    assert (disagreeing.partnership.status == "returned") == (talked == "no")
    assert second.answer.status_code == 409
    assert letters_are_each_one()


def test_a_settlement_and_a_change_of_mind(disagreeing, rivals):
    """Whoever said no says yes as the team settles that they did not talk."""
    address = reverse("partnerships:partnership_talk", args=[disagreeing.partnership.pk])
    answers = Sent(disagreeing.answerer, address, talked="yes")
    rivals(settles(disagreeing.staff, disagreeing.partnership, "no"), answers)
    disagreeing.partnership.refresh_from_db()
    assert (disagreeing.partnership.status, disagreeing.partnership.talked_at) == ("returned", None)
    assert answers.answer.status_code == 409
    assert FollowUp.objects.about([disagreeing.partnership]).steps().count() == 0


@pytest.fixture
def appointments():
    with clock.frozen(MONDAY):
        adviser = StaffFactory(email="ines@exemple.fr")
        slot = agenda.open_slots(
            adviser=adviser, day=TUESDAY, starts=time(14), ends=time(14, 20), by=adviser
        )[0]
        yield SimpleNamespace(adviser=adviser, slot=slot, members=MembershipFactory.create_batch(2))


def books(member, slot):
    organisation = member.organisation
    return Sent(
        member.user, slots_path(organisation_id=organisation.pk, about=organisation), slot=str(slot.pk)
    )


def goes_away(adviser):
    return Sent(adviser, reverse("accounts:absences"), first_day="2026-12-01", last_day="2026-12-02")


def gives_back(person, slot):
    return Sent(person, reverse("agenda:cancel_booking", args=[slot.pk]))


def test_two_who_book_one_moment(appointments, rivals):
    first, second = (books(member, appointments.slot) for member in appointments.members)
    rivals(first, second)
    assert "pris" in second.read
    appointments.slot.refresh_from_db()
    assert appointments.slot.booked_by == appointments.members[0].user
    assert Slot.objects.booked().count() == 1


def test_one_who_books_twice_books_once(appointments, rivals):
    both = [books(appointments.members[0], appointments.slot) for _ in range(2)]
    rivals(*both)
    assert OutgoingMail.objects.filter(notification="agenda.slot_booked").count() == 1
    assert verbs(appointments.slot).count("book") == 1
    assert "14 h" in both[1].read


def test_a_booking_and_the_adviser_s_absence(appointments, rivals):
    """The appointment came first: what becomes of it is asked before the absence is said."""
    away = goes_away(appointments.adviser)
    rivals(books(appointments.members[0], appointments.slot), away)
    assert away.answer.status_code in {200, 422}
    assert not Absence.objects.exists()
    assert Slot.objects.to_hold().filter(pk=appointments.slot.pk).exists()
    assert appointments.members[0].organisation.name in away.read


def test_the_adviser_s_absence_and_a_booking(appointments, rivals):
    """Whoever was choosing reads that the moment is no longer there."""
    second = books(appointments.members[0], appointments.slot)
    rivals(goes_away(appointments.adviser), second, stopped=(absences, "clear_days_of"))
    assert Absence.objects.count() == 1
    assert not Slot.objects.booked().exists()
    assert "choisissez-en un autre" in second.read.lower() or "pris" in second.read


@pytest.mark.parametrize("is_team_first", [True, False])
def test_a_moment_given_back_by_both(appointments, rivals, is_team_first):
    member = appointments.members[0]
    agenda.book_slot(
        slot=appointments.slot,
        organisation_id=member.organisation_id,
        about=member.organisation,
        by=member.user,
    )
    both = [gives_back(appointments.adviser, appointments.slot), gives_back(member.user, appointments.slot)]
    rivals(*(both if is_team_first else reversed(both)))
    ended = [verb for verb in verbs(appointments.slot) if verb not in {"open", "book"}]
    assert len(ended) == (1 if is_team_first else 2), ended
    assert not Slot.objects.booked().exists()
    assert letters_are_each_one()


def test_one_who_gives_back_twice_gives_back_once(appointments, rivals):
    member = appointments.members[0]
    agenda.book_slot(
        slot=appointments.slot,
        organisation_id=member.organisation_id,
        about=member.organisation,
        by=member.user,
    )
    both = [gives_back(member.user, appointments.slot) for _ in range(2)]
    rivals(*both)
    assert len([verb for verb in verbs(appointments.slot) if verb != "book"]) <= 2
    assert letters_are_each_one()


def merges(person, kept, gone):
    address = reverse("accounts:merge", args=[kept.pk, gone.pk])
    return Sent(person, address, numbers_confirmed="on")


@pytest.mark.parametrize("is_swapped", [False, True])
def test_two_who_make_one_of_two_records(rivals, is_swapped):
    kept, gone = (
        association.organisation for association in AssociationFactory.create_batch(2, complete=True)
    )
    first, second = StaffFactory.create_batch(2)
    again = merges(second, gone, kept) if is_swapped else merges(second, kept, gone)
    rivals(merges(first, kept, gone), again)
    assert Organisation.objects.filter(pk__in=[kept.pk, gone.pk]).get() == kept
    assert Merge.objects.count() == 1
    assert again.answer.status_code == 200
    assert "qu’une" in again.read or "réuni" in again.read


@pytest.mark.parametrize("answer", [YES, NO, LATER])
@pytest.mark.parametrize("is_merged_first", [True, False])
def test_an_answer_about_a_record_that_becomes_another(asked, rivals, answer, is_merged_first):
    """Both are done: the answer is the one of the record that stays."""
    gone = asked.pair.association.organisation
    kept = AssociationFactory(complete=True).organisation
    both = [merges(StaffFactory(), kept, gone), asked.answer(answer)]
    rivals(*(both if is_merged_first else reversed(both)))
    assert not Organisation.objects.filter(pk=gone.pk).exists()
    asked.introduction.refresh_from_db()
    assert asked.introduction.association.organisation == kept
    assert both[1].answer.status_code == 200
    assert asked.introduction.status == answer["answer"]
    assert FollowUp.objects.filter(organisation_id=gone.pk).count() == 0


def test_a_talk_said_as_one_of_the_two_becomes_another(talk, rivals):
    talk.go_to(FIRST)
    kept = AssociationFactory(complete=True).organisation
    address = reverse("partnerships:partnership_talk", args=[talk.partnership.pk])
    says = Sent(talk.answerer, address, talked="yes")
    rivals(merges(talk.staff, kept, talk.association.organisation), says)
    assert says.answer.status_code == 200
    assert TalkReport.objects.get().talked


@pytest.mark.parametrize("is_interested", [True, False])
def test_a_suggestion_answered_as_the_association_becomes_another(rivals, is_interested):
    suggestion = SuggestionFactory()
    member_of(suggestion.association)
    kept, person = AssociationFactory(complete=True).organisation, member_of(suggestion.company)
    name, data = ("interest", {"note": "Oui."}) if is_interested else ("decline", {"reason": "timing"})
    says = Sent(person, reverse(f"matching:suggestion_{name}", args=[suggestion.pk]), **data)
    rivals(merges(StaffFactory(), kept, suggestion.association.organisation), says)
    suggestion.refresh_from_db()
    assert says.answer.status_code == 200
    assert (suggestion.status, suggestion.association.organisation) == (
        "interested" if is_interested else "declined",
        kept,
    )


def on_import(person, name, run):
    return Sent(person, reverse(f"imports:{name}", args=[run.pk]))


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        ("confirm", "confirm", RunStatus.WRITING),
        ("confirm", "cancel", RunStatus.WRITING),
        ("cancel", "confirm", RunStatus.CANCELLED),
    ],
)
def test_two_who_decide_of_an_import(tried, rivals, one, other, status):
    first, second = StaffFactory.create_batch(2)
    second = on_import(second, other, tried)
    rivals(on_import(first, one, tried), second)
    tried.refresh_from_db()
    decided = [verb for verb in verbs(tried) if verb in {"confirm", "cancel"}]
    assert (decided, tried.status) == ([one], status)
    assert second.answer.status_code == 200


@pytest.fixture
def found_nobody():
    with clock.frozen(MONDAY):
        people = UserFactory.create_batch(2)
        project = ProjectFactory(association=AssociationFactory(complete=True, members=people))
        AskFactory(project=project)
        publish_project(project=project, by=people[0])
        diagnosis = diagnose(project=project, cause=DiagnosisCause.QUIET, turn="1-45")
        yield SimpleNamespace(people=people, project=project, diagnosis=diagnosis)


CHOICES = {
    "rewrite": {},
    "widen": {},
    "co_build": {"question": "Comment recruter sans CV ?"},
    "pause": {"pause_until": "2027-02-01"},
}


@pytest.mark.parametrize(
    ("one", "other"), [("rewrite", "pause"), ("pause", "rewrite"), ("widen", "widen"), ("co_build", "pause")]
)
def test_two_who_choose_what_comes_next(found_nobody, rivals, one, other):
    address = reverse("matching:diagnosis_choose", args=[found_nobody.diagnosis.pk])
    first, second = (
        Sent(person, address, choice=choice, **CHOICES[choice])
        for person, choice in zip(found_nobody.people, (one, other), strict=True)
    )
    rivals(first, second)
    found_nobody.diagnosis.refresh_from_db()
    assert found_nobody.diagnosis.choice == one
    assert first.answer.status_code == 200
    assert second.answer.status_code in {200, 409}
    assert FollowUp.objects.about([found_nobody.project]).steps().count() == 1
    assert letters_are_each_one()


@pytest.mark.parametrize("is_yes_first", [True, False])
def test_two_who_answer_a_suggestion(rivals, is_yes_first):
    suggestion = SuggestionFactory()
    member_of(suggestion.association)
    one, other = member_of(suggestion.company), member_of(suggestion.company)
    yes = Sent(one, reverse("matching:suggestion_interest", args=[suggestion.pk]), note="Oui.")
    no = Sent(other, reverse("matching:suggestion_decline", args=[suggestion.pk]), reason="timing")
    both = [yes, no] if is_yes_first else [no, yes]
    rivals(*both)
    suggestion.refresh_from_db()
    assert suggestion.status == ("interested" if is_yes_first else "declined")
    assert Introduction.objects.count() == is_yes_first
    assert both[1].answer.status_code in {200, 409}
    assert letters_are_each_one()
