"""The digests of rounds: one per person and day of departure, in which everything is told, and once."""

from datetime import UTC, datetime, timedelta

import pytest

from matching.enums import ChangedKind, RoundScope
from matching.models import Suggestion
from matching.notifications import SuggestionsDigest
from matching.operations import note_change, run_round
from matching.profiles import repair, reweigh
from mecenova.calendar import clock
from mecenova.mail.claiming import claim
from mecenova.mail.enums import MailStatus
from mecenova.mail.models import OutgoingMail
from mecenova.mail.operations import deliver_due
from tests.accounts.factories import UserFactory
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import SuggestionFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONDAY_EVENING = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)


@pytest.fixture
def need():
    return wanted()


def wanted():
    """A need for employment in the Nord, of a company with many places."""
    need = NeedFactory(published=True, territories=["59"], title="Des ateliers vers l’emploi des jeunes")
    need.company.policy.monthly_capacity = 20
    need.company.policy.save()
    return need


def join(*needs, **values):
    person = UserFactory(**values)
    for need in needs:
        need.company.organisation.memberships.create(user=person)
    return person


def newcomer():
    """An association that suits, and whose profile the night has checked."""
    made = AssociationFactory(complete=True)
    repair()
    reweigh()
    return made


def small_round(association):
    note_change(kind=ChangedKind.ASSOCIATION, subject_id=association.pk)
    return run_round(scope=RoundScope.CHANGED)


def digests(person):
    return OutgoingMail.objects.filter(notification=SuggestionsDigest.name, recipient=person)


def tellings(person, association):
    """In how many mails that left this person reads of this association."""
    left = digests(person).filter(status=MailStatus.SENT)
    return sum(association.organisation.name in mail.text for mail in left)


@pytest.mark.parametrize("evening", [MONDAY_EVENING, SUNDAY_NIGHT], ids=["weekday", "sunday"])
def test_two_rounds_before_one_departure_are_told_in_one_mail(need, evening):
    person = join(need)
    with clock.frozen(evening) as now:
        first = newcomer()
        small_round(first)
        now.move_to((evening + timedelta(days=1)).replace(hour=1, minute=30))
        second = newcomer()
        run_round()
        mail = digests(person).get()
        assert not Suggestion.objects.undigested().exists()
        now.move_to(mail.due_at)
        deliver_due()
        now.advance(timedelta(days=1))
        run_round()
        deliver_due()
    assert [tellings(person, association) for association in (first, second)] == [1, 1]
    assert digests(person).count() == 1


def test_everybody_of_a_company_is_told_of_everything_once(need):
    """Who has had the day's mail waits for the next one; so does a colleague who has had none."""
    early = join(need)
    with clock.frozen(MONDAY) as now:
        first = newcomer()
        run_round()
        deliver_due()
        newly = join(need)
        now.advance(timedelta(minutes=30))
        second = newcomer()
        small_round(second)
        deliver_due()
        for _ in range(2):
            now.advance(timedelta(days=1))
            run_round()
            deliver_due()
    assert [tellings(early, association) for association in (first, second)] == [1, 1]
    assert [tellings(newly, association) for association in (first, second)] == [0, 1]
    assert (digests(early).count(), digests(newly).count()) == (2, 1)


def test_a_company_waits_for_its_own_people_alone():
    busy, shared, apart = wanted(), wanted(), wanted()
    of_both, colleague, other = join(busy, shared), join(shared), join(apart)
    with clock.frozen(MONDAY) as now:
        SuggestionFactory(need=busy)
        run_round()
        deliver_due()
        now.advance(timedelta(minutes=30))
        late, quick = SuggestionFactory(need=shared), SuggestionFactory(need=apart)
        run_round()
        deliver_due()
        assert Suggestion.objects.undigested().get() == late
        assert tellings(other, quick.association) == 1
        now.advance(timedelta(days=1))
        run_round()
        deliver_due()
    assert tellings(of_both, late.association) == tellings(colleague, late.association) == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_joins_a_mail_that_a_sender_holds():
    """It is read already: what it would say of more is not known."""
    need = wanted()
    person = join(need)
    with clock.frozen(MONDAY) as now:
        small_round(newcomer())
        assert claim(now())
        late = newcomer()
        small_round(late)
        assert Suggestion.objects.undigested().get().association == late
        now.advance(timedelta(minutes=10))
        deliver_due()
        now.advance(timedelta(days=1))
        run_round()
        deliver_due()
    assert digests(person).count() == 2
