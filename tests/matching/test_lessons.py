"""What past refusals teach: bounded, fading, outweighed by a yes, about a trait and never about a name."""

from datetime import UTC, date, datetime, timedelta
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.enums import SuggestionStatus
from matching.kernel import as_bytes, as_uuid
from matching.ledger import read_ledger
from matching.models import Suggestion
from matching.operations import run_round
from matching.pairs import look_at
from matching.refusals import IN_WORDS, OF_ASSOCIATIONS, OF_COMPANIES, refused_between
from matching.sharing.lessons import HALF_LIFE_DAYS, MOST, Answer, Trait, cost, lessons
from mecenova.calendar import clock
from partnerships.enums import REASONS_FOR_ANY_KIND, REASONS_OF_KIND, IntroductionStatus, RefusalReason, Side
from partnerships.models import Introduction, RefusalStep
from partnerships.operations import decline_introduction
from tests.associations.factories import AssociationFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory, member_of

TODAY = date(2026, 11, 23)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
NORD, SPORT = Trait("territory", "59"), Trait("cause", "sport")


def no(*traits, days=0):
    return "company", Answer(TODAY - timedelta(days=days), True, frozenset(traits))


def yes(*traits, days=0):
    return "company", Answer(TODAY - timedelta(days=days), False, frozenset(traits))


answers = st.lists(
    st.builds(
        lambda refused, traits, days: (no if refused else yes)(*traits, days=days),
        st.booleans(),
        st.lists(st.sampled_from([NORD, SPORT]), max_size=2),
        st.integers(0, 900),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(answers)
def test_a_lesson_is_bounded_and_one_more_no_never_makes_it_lighter(given_answers):
    learnt = lessons(given_answers, TODAY).get("company", {})
    assert all(0 < weight < MOST for weight in learnt.values())
    assert cost(learnt, [NORD, SPORT])[0] <= MOST
    more = lessons([*given_answers, no(NORD)], TODAY)["company"]
    assert more[NORD] > learnt.get(NORD, 0.0)


def test_a_no_fades_and_a_yes_weighs_against_it():
    fresh = lessons([no(NORD)], TODAY)["company"][NORD]
    assert lessons([no(NORD, days=HALF_LIFE_DAYS)], TODAY)["company"][NORD] < fresh
    assert lessons([no(NORD), yes(NORD)], TODAY)["company"][NORD] < fresh
    assert lessons([yes(NORD)], TODAY) == {}


def test_the_heaviest_trait_alone_counts():
    learnt = lessons([no(NORD), no(NORD), no(SPORT)], TODAY)["company"]
    assert cost(learnt, [SPORT, NORD]) == (round(learnt[NORD], 4), NORD)
    assert cost(learnt, [Trait("territory", "75")]) == (0.0, None)


def test_every_reason_that_is_about_the_other_side_teaches():
    """Those left out are about dates, budgets and teams: their date is their effect."""
    said = {*REASONS_FOR_ANY_KIND[Side.COMPANY], *chain(*REASONS_OF_KIND[Side.COMPANY].values())}
    assert set(OF_COMPANIES) <= said
    untaught = said - set(OF_COMPANIES)
    assert untaught == {
        RefusalReason.TIMING,
        RefusalReason.BUDGET_SPENT,
        RefusalReason.NO_SUCH_GOODS,
        RefusalReason.NO_SUCH_SKILL,
        RefusalReason.TEAM_BUSY,
        RefusalReason.NO_VOLUNTEERS,
    }
    of_associations = {
        *REASONS_FOR_ANY_KIND[Side.ASSOCIATION],
        *chain(*REASONS_OF_KIND[Side.ASSOCIATION].values()),
    }
    assert set(OF_ASSOCIATIONS) <= of_associations
    assert set(IN_WORDS) == set(OF_COMPANIES.values()) | set(OF_ASSOCIATIONS.values())


@pytest.fixture
def need(db):
    return NeedFactory(
        published=True, territories=["59", "62"], title="Des ateliers vers l’emploi des jeunes"
    )


def in_department(code):
    found = AssociationFactory(complete=True, territories=["59", "62"])
    organisation = found.organisation
    organisation.department = organisation.department.__class__.objects.get(code=code)
    organisation.save()
    return found


def test_a_company_sees_fewer_of_what_it_refused_and_it_is_said_why(need):
    with clock.frozen(MONDAY) as now:
        refused = in_department("59")
        SuggestionFactory(need=need, association=refused, declined=True)
        now.advance(timedelta(days=1))
        same, other = in_department("59"), in_department("62")
        need.company.policy.monthly_capacity = 1
        need.company.policy.save()
        run_round()
    shown = Suggestion.objects.get(status=SuggestionStatus.PRESENTED)
    assert shown.association == other
    assert "refusals" not in shown.inputs
    found = look_at(need, same).refused
    assert (found.by, found.family) == (Side.COMPANY, "territory")
    assert "territoire" in found.in_words
    assert refused_between(need, other) is None


def test_what_a_refusal_cost_is_kept_with_the_suggestion(need, late_in_the_month):
    SuggestionFactory(need=need, association=in_department("59"), declined=True)
    same = in_department("59")
    run_round()
    shown = Suggestion.objects.get(association=same)
    assert -MOST < shown.inputs["refusals"] < 0
    assert (shown.inputs["refused_for"], shown.inputs["refused_by"]) == ("territory", "company")
    assert float(shown.score) == look_at(need, same).assessment.total


def test_another_company_learns_nothing_from_it(need):
    SuggestionFactory(need=need, association=in_department("59"), declined=True)
    elsewhere = NeedFactory(published=True, territories=["59"])
    assert refused_between(elsewhere, in_department("59")) is None


def test_an_association_that_refused_a_form_of_support_is_asked_less_for_it(need):
    association = in_department("59")
    other = NeedFactory(published=True, territories=["59"])
    Introduction.objects.create(
        association=association,
        company=other.company,
        need=other,
        kind=other.kind,
        asked_by_side=Side.COMPANY,
        status=IntroductionStatus.NO,
        refusal_reason=RefusalReason.KIND,
        requested_at=MONDAY,
        answered_at=MONDAY,
        retry_on=TODAY + timedelta(days=90),
    )
    found = refused_between(need, association)
    assert (found.by, found.family) == (Side.ASSOCIATION, "kind")
    assert refused_between(need, in_department("59")) is None


def settled(need):
    met = read_ledger().settled
    return {(as_uuid(one), as_uuid(other)) for one, other in zip(met.one, met.other, strict=True)}


def test_a_wait_begins_at_the_check_and_again_at_the_last_presentation(need):
    with clock.frozen(MONDAY) as now:
        never, once, twice = AssociationFactory.create_batch(3, complete=True)
        for association in (once, twice):
            SuggestionFactory(need=need, association=association)
        now.advance(timedelta(days=10))
        SuggestionFactory(association=twice)
        told = [never, once, twice]
        for days in (0, 4):
            now.advance(timedelta(days=days))
            ledger = read_ledger()
            known = ledger.waits.known[ledger.waits.rows_of(as_bytes([each.pk for each in told]))]
            assert [ledger.waited(each.pk) for each in told] == [10 + days, 10 + days, days]
            assert known.tolist() == [10 + days] * 3
            assert [as_uuid(key) for key in ledger.presented_today] == ([] if days else [twice.pk])


@pytest.mark.parametrize("reason", REASONS_FOR_ANY_KIND[Side.COMPANY])
def test_a_pair_declined_comes_back_on_the_day_its_reason_says_and_not_before(need, reason):
    days = RefusalStep.objects.get(reason=reason, kind="", asked_by_side=Side.ASSOCIATION).retry_after_days
    with clock.frozen(MONDAY) as now:
        refused = SuggestionFactory(need=need, declined=True, refusal_reason=reason)
        pair = (need.company.pk, refused.association.pk)
        now.advance(timedelta(days=days - 1))
        assert pair in settled(need)
        assert look_at(need, refused.association).settled.until == TODAY + timedelta(days=days)
        now.advance(timedelta(days=1))
        assert pair not in settled(need)
        assert look_at(need, refused.association).settled is None


def test_a_reason_of_another_kind_of_support_has_its_date_too(need):
    """The need's kind may change after the no."""
    assert need.kind == "financial"
    for reason in chain(REASONS_FOR_ANY_KIND[Side.COMPANY], *REASONS_OF_KIND[Side.COMPANY].values()):
        refused = SuggestionFactory(need=need, declined=True, refusal_reason=reason)
        assert (need.company.pk, refused.association.pk) in settled(need)
        assert look_at(need, refused.association).settled.until > clock.today()


def test_one_answer_to_what_was_asked_and_suggested_teaches_once(need):
    association = in_department("59")
    asked = IntroductionFactory(association=association, company=need.company, need=need)
    decline_introduction(introduction=asked, reason="territory", by=member_of(need.company))
    once = refused_between(need, association)
    assert once is not None
    SuggestionFactory(
        need=need, association=association, declined=True, refusal_reason="territory", introduction=asked
    )
    assert refused_between(need, association) == once
    Suggestion.objects.update(introduction=None)
    assert refused_between(need, association).cost != once.cost
