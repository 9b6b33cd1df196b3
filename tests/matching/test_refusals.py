"""What is read of past answers: for how long, of whom, and how little an association says of itself."""

from datetime import UTC, datetime, timedelta

import pytest

from associations.models import Association
from matching.enums import SuggestionStatus
from matching.refusals import refused_between
from mecenova.calendar import clock
from mecenova.reference.models import Sector
from partnerships.enums import Side
from partnerships.operations import accept_introduction
from tests.associations.factories import AskFactory, AssociationFactory, ProjectFactory
from tests.companies.factories import CompanyFactory, NeedFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory, member_of

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def need():
    return NeedFactory(published=True, territories=["59", "62"])


def saying(purpose):
    found = AssociationFactory(complete=True, territories=["59"])
    Association.objects.filter(pk=found.pk).update(purpose=purpose)
    return found


def test_a_no_teaches_for_four_half_lives_and_not_a_second_more(need):
    with clock.frozen(MONDAY) as now:
        refused = AssociationFactory(complete=True, territories=["59"])
        SuggestionFactory(
            need=need, association=refused, declined=True, refusal_reason="out_of_policy", answered_at=MONDAY
        )
        now.advance(timedelta(days=720))
        assert refused_between(need, refused).family == "cause"
        now.advance(timedelta(seconds=1))
        assert refused_between(need, refused) is None


@pytest.mark.parametrize(("short_by", "is_alike"), [(1, True), (0, False)])
def test_a_mission_tells_too_little_below_sixty_letters(need, short_by, is_alike):
    SuggestionFactory(need=need, association=saying("Trop court."), declined=True, refusal_reason="unclear")
    found = refused_between(need, saying("x" * (60 - short_by)))
    assert (found is not None) == is_alike
    if is_alike:
        assert (found.by, found.family) == (Side.COMPANY, "unclear")


@pytest.mark.parametrize("way", ["suggested", "asked"])
def test_a_yes_to_the_same_weighs_against_it_however_it_was_put(need, way):
    refused, taken = AssociationFactory.create_batch(2, complete=True, territories=["59"])
    SuggestionFactory(need=need, association=refused, declined=True)
    alone = refused_between(need, refused).cost
    assert alone == pytest.approx(0.04)  # MOST, of one no beside two answers that nobody gave.
    if way == "suggested":
        SuggestionFactory(
            need=need, association=taken, status=SuggestionStatus.INTERESTED, answered_at=clock.now()
        )
    else:
        asked = IntroductionFactory(association=taken, company=need.company, need=need)
        accept_introduction(introduction=asked, by=member_of(need.company))
    assert refused_between(need, refused).cost < alone


def asking(amount):
    found = AssociationFactory(complete=True, territories=["59"])
    AskFactory(project=ProjectFactory(association=found), kind="financial", amount=amount)
    return found


@pytest.mark.parametrize(("amount", "is_alike"), [(1000, True), (9999, True), (999, False), (10_000, False)])
def test_an_amount_is_like_another_of_as_many_figures(need, amount, is_alike):
    SuggestionFactory(need=need, association=asking(5000), declined=True, refusal_reason="amount")
    found = refused_between(need, asking(amount))
    assert (found.family if found else None) == ("amount" if is_alike else None)


def test_a_form_of_support_refused_is_refused_of_whoever_is_asked_for_it(need):
    refused, other = AssociationFactory.create_batch(2, complete=True, territories=["59"])
    SuggestionFactory(need=need, association=refused, declined=True, refusal_reason="kind")
    assert refused_between(need, other).family == "kind"


def of_sector(slug):
    company = CompanyFactory(sector=Sector.objects.get(slug=slug))
    return NeedFactory(published=True, company=company, territories=["59"])


def says_no(association, reason, *asked):
    """To what the companies of these needs asked."""
    for need in asked:
        IntroductionFactory(
            association=association,
            company=need.company,
            need=need,
            asked_by_side=Side.COMPANY,
            status="no",
            answered_at=clock.now(),
            refusal_reason=reason,
            retry_on=clock.today(),
        )


BANK, CARS = "banque-et-finance", "automobile"


@pytest.mark.parametrize("reason", ["values", "out_of_mission"])
def test_a_sector_refused_is_refused_of_every_company_of_it(reason):
    association, bank, other = AssociationFactory(complete=True), of_sector(BANK), of_sector(CARS)
    says_no(association, reason, of_sector(BANK))
    found = refused_between(bank, association)
    assert (found.by, found.family) == (Side.ASSOCIATION, "sector")
    assert "le secteur de l’entreprise" in found.in_words
    assert found.in_words.startswith("L’association")
    assert refused_between(other, association) is None


def test_companies_that_say_no_sector_are_not_of_one():
    association, asked = AssociationFactory(complete=True), NeedFactory(company=CompanyFactory(sector=None))
    says_no(association, "values", asked)
    other = NeedFactory(published=True, company=CompanyFactory(sector=None))
    assert refused_between(other, association) is None


@pytest.mark.parametrize(
    ("by_company", "by_association", "heavier"),
    [(1, 0, "company"), (0, 1, "association"), (3, 1, "company"), (1, 3, "association"), (2, 2, "company")],
)
def test_of_two_sides_the_one_whose_no_weighs_most_is_told_alone(by_company, by_association, heavier):
    """Equal, the company's: it is the company's attention that is spared."""
    bank, association = of_sector(BANK), AssociationFactory(complete=True, territories=["59"])
    for other in AssociationFactory.create_batch(by_company, complete=True, territories=["59"]):
        SuggestionFactory(need=bank, association=other, declined=True, refusal_reason="territory")
    says_no(association, "values", *(of_sector(BANK) for _ in range(by_association)))
    found = refused_between(bank, association)
    number = max(by_company, by_association)
    assert found.by == heavier
    assert found.family == {"company": "territory", "association": "sector"}[heavier]
    assert found.cost == pytest.approx(0.12 * number / (number + 2), abs=1e-3)


def test_of_two_asks_of_one_form_the_last_is_its_amount(need):
    SuggestionFactory(need=need, association=asking(5000), declined=True, refusal_reason="amount")
    both = asking(5000)
    project = both.projects.get()
    amounts = {ask.pk: ask.amount for ask in (*project.asks.all(), AskFactory(project=project, amount=50))}
    last = amounts[max(amounts)]
    assert (refused_between(need, both) is not None) == (last == 5000)
