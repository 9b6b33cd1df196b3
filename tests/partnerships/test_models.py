"""What the database refuses of introductions, partnerships and places, each by its own constraint."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from mecenova.calendar import clock
from partnerships.enums import AttentionSource
from partnerships.models import (
    AttentionEntry,
    AttentionMonth,
    Introduction,
    Partnership,
    Party,
    Reflection,
    RefusalStep,
    TalkReport,
)
from partnerships.operations import accept_introduction, spend_attention
from tests.associations.factories import AssociationFactory
from tests.companies.factories import CompanyFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
NOW = clock.now()
TODAY = NOW.date()
NO = {"status": "no", "answered_at": NOW, "retry_on": TODAY, "refusal_reason": "timing"}
SIGNED = {"agreed_at": NOW, "signed_on": TODAY}


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=f'"{constraint}"')


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("introduction_requested_has_date", {"requested_at": None}),
        ("introduction_requested_has_date", {"status": "queued"}),
        ("introduction_answered_has_date", {"status": "yes"}),
        ("introduction_answered_has_date", {"status": "later", "later_on": TODAY}),
        ("introduction_later_has_date", {"status": "later", "answered_at": NOW}),
        ("introduction_no_has_reason", NO | {"refusal_reason": ""}),
        ("introduction_no_has_reason", {"refusal_reason": "timing"}),
        ("introduction_reason_suits_its_side_and_kind", NO | {"refusal_reason": "schedule"}),
        ("introduction_no_has_a_date_to_try_again", NO | {"retry_on": None}),
        ("introduction_no_has_a_date_to_try_again", {"retry_on": TODAY}),
        ("introduction_released_has_date", {"status": "released"}),
        ("introduction_released_has_date", {"released_at": NOW}),
        ("introduction_withdrawn_has_date", {"status": "withdrawn"}),
        ("introduction_withdrawn_has_date", {"withdrawn_at": NOW}),
    ],
)
def test_an_introduction_in_a_state_without_its_facts(constraint, changes):
    asked = IntroductionFactory()
    with refused_by(constraint), transaction.atomic():
        Introduction.objects.filter(pk=asked.pk).update(**changes)
    assert Introduction.objects.filter(pk=asked.pk).update(**NO) == 1


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("partnership_abandoned_has_date", {"status": "abandoned"}),
        ("partnership_abandoned_has_date", {"abandoned_at": NOW}),
        ("partnership_returned_has_date", {"status": "returned"}),
        ("partnership_returned_has_date", {"returned_at": NOW}),
        ("partnership_ended_has_date", {"status": "ended", **SIGNED}),
        ("partnership_ended_has_date", {"ended_at": NOW}),
        ("partnership_agreed_has_dates", {"status": "agreed", "agreed_at": NOW}),
        ("partnership_agreed_has_dates", {"status": "agreed", "signed_on": TODAY}),
        ("partnership_agreed_has_dates", {"status": "ended", "ended_at": NOW}),
        ("partnership_in_discussion_is_not_signed", {"agreed_at": NOW}),
        ("partnership_in_discussion_is_not_signed", {"signed_on": TODAY}),
        ("partnership_in_discussion_is_not_signed", {"ends_on": TODAY}),
        (
            "partnership_ends_after_its_signature",
            {"status": "agreed", **SIGNED, "ends_on": TODAY - timedelta(days=1)},
        ),
        ("partnership_disagrees_in_discussion", {"disagreement_at": NOW, "talked_at": NOW}),
        ("partnership_disagrees_in_discussion", {"disagreement_at": NOW, "status": "agreed", **SIGNED}),
        ("partnership_contested_in_discussion", {"contested_at": NOW, "status": "agreed", **SIGNED}),
        ("partnership_evaluated_once_ended", {"evaluated_at": NOW, "status": "agreed", **SIGNED}),
        (
            "partnership_completed_once_evaluated",
            {"completed_at": NOW, "status": "ended", "ended_at": NOW, **SIGNED},
        ),
        ("partnership_talk_turn_known", {"talk_turn": 4}),
    ],
)
def test_a_partnership_in_a_state_without_its_facts(constraint, changes):
    asked = IntroductionFactory()
    member_of(asked.association)
    accept_introduction(introduction=asked, by=member_of(asked.company))
    with refused_by(constraint), transaction.atomic():
        Partnership.objects.update(**changes)


def test_what_a_party_says_twice_or_without_a_word():
    asked = IntroductionFactory()
    member_of(asked.association)
    partnership = accept_introduction(introduction=asked, by=member_of(asked.company))
    party = partnership.parties.first()
    one = {"partnership": partnership, "organisation": party.organisation}
    with refused_by("party_once_per_partnership"), transaction.atomic():
        Party.objects.create(**one, role=party.role)
    TalkReport.objects.create(**one, turn=3, talked=False)
    with refused_by("talk_report_once_per_turn"), transaction.atomic():
        TalkReport.objects.create(**one, turn=3, talked=True)
    Reflection.objects.create(**one, moment="evaluation", text="Un bel élan.")
    with refused_by("reflection_once_per_moment"), transaction.atomic():
        Reflection.objects.create(**one, moment="evaluation", text="Encore.")
    with refused_by("reflection_says_something"), transaction.atomic():
        Reflection.objects.update(text="")


def test_a_place_beyond_the_capacity_a_month_or_its_one_association():
    company, association = CompanyFactory(), AssociationFactory()
    place = spend_attention(company=company, association=association, source=AttentionSource.SUGGESTION)
    month = AttentionMonth.objects.get()
    with refused_by("attention_never_overspent"), transaction.atomic():
        AttentionMonth.objects.update(spent=month.capacity + 1)
    with refused_by("attention_month_is_a_first_day"), transaction.atomic():
        AttentionMonth.objects.update(month=month.month.replace(day=2))
    with refused_by("attention_month_once_per_company"), transaction.atomic():
        AttentionMonth.objects.create(company=company, month=month.month, capacity=1)
    again = {"month": month, "association": association, "source": place.source}
    with refused_by("attention_one_place_per_association_and_month"), transaction.atomic():
        AttentionEntry.objects.create(**again)
    AttentionEntry.objects.update(returned_at=NOW)
    assert AttentionEntry.objects.create(**again)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("refusal_step_retries_within_two_years", {"retry_after_days": 6}),
        ("refusal_step_retries_within_two_years", {"retry_after_days": 731}),
        ("refusal_step_is_never_a_dead_end", {"advice": ""}),
        ("refusal_step_is_never_a_dead_end", {"rewrite": ""}),
        ("refusal_step_is_never_a_dead_end", {"library_words": ""}),
    ],
)
def test_what_a_refusal_leads_nowhere_with(constraint, changes):
    step = RefusalStep.objects.order_by("pk").first()
    with refused_by(constraint), transaction.atomic():
        RefusalStep.objects.filter(pk=step.pk).update(**changes)
