"""What the database refuses of the agenda, whoever writes."""

from datetime import date, timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction

from accounts.models import User
from mecenova.agenda.models import Absence, FollowUp, SilenceCheck, Slot, SlotRequest, Stay
from mecenova.agenda.operations import start
from mecenova.calendar import clock
from tests.accounts.factories import StaffFactory, UserFactory
from tests.agenda.rules_for_tests import Answer

pytestmark = pytest.mark.django_db


def all_of_a_person_away():
    days = {"first_day": date(2026, 11, 24), "last_day": date(2026, 11, 24)}
    Absence.objects.create(user=UserFactory(), of_members=True, **days)


def a_step(**changes):
    step = start(Answer, UserFactory())
    FollowUp.objects.filter(pk=step.pk).update(**changes)


def slots(*minutes):
    adviser, moment = StaffFactory(), clock.now() + timedelta(days=1)
    for length in minutes:
        Slot.objects.create(adviser=adviser, starts_at=moment, minutes=length)


def two_requests():
    person = UserFactory()
    for _ in range(2):
        SlotRequest.objects.create(organisation_id=person.pk, asked_by=person, about=person)


def a_stay(**values):
    kind = ContentType.objects.get_for_model(User)
    Stay.objects.create(subject_type=kind, subject_id=UserFactory().pk, **values)


@pytest.mark.parametrize(
    ("constraint", "write"),
    [
        ("absence_of_members_is_an_organisation_s", all_of_a_person_away),
        ("follow_up_cycle_counts_from_one", lambda: a_step(cycle=0)),
        ("follow_up_says_what", lambda: a_step(what="")),
        ("one_slot_at_a_time", lambda: slots(20, 20)),
        ("slot_lasts_some_minutes", lambda: slots(4)),
        ("slot_lasts_some_minutes", lambda: slots(121)),
        ("one_waiting_slot_request", two_requests),
        ("stay_names_its_basket", lambda: a_stay(basket="")),
        ("stay_in_order", lambda: a_stay(basket="panier", left_at=clock.now() - timedelta(days=1))),
        ("violations_among_subjects", lambda: SilenceCheck.objects.create(subjects=1, violations=2)),
    ],
)
def test_what_makes_no_sense(constraint, write):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        write()
