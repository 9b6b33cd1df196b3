"""What ends for one need, association or project ends for no other."""

import pytest

from associations.models import Association
from matching.models import Diagnosis, Suggestion
from matching.operations import expire_moot, expire_suggestions
from matching.operations.diagnosis import settle
from mecenova.calendar import clock
from partnerships.operations import accept_introduction, introduce
from tests.associations.factories import AssociationFactory, ProjectFactory
from tests.companies.factories import NeedFactory
from tests.matching.factories import DiagnosisFactory, SuggestionFactory
from tests.partnerships.factories import member_of

pytestmark = pytest.mark.django_db


def still_open():
    return list(Suggestion.objects.open())


def test_a_need_that_closes():
    suggestion, other = SuggestionFactory.create_batch(2)
    expire_suggestions(need=suggestion.need)
    assert still_open() == [other]


def test_an_association_that_pauses():
    suggestion, other = SuggestionFactory.create_batch(2)
    Association.objects.update(stance="paused", paused_until=clock.today())
    expire_moot(association=suggestion.association)
    assert still_open() == [other]
    expire_moot()
    assert still_open() == []


def test_a_company_that_answers_about_one_need():
    association = AssociationFactory(complete=True)
    need = NeedFactory(published=True)
    before = SuggestionFactory(need=need)
    asked = SuggestionFactory(need=need, association=association)
    other = SuggestionFactory(need=NeedFactory(company=need.company, published=True), association=association)
    after = SuggestionFactory(need=need)
    answerer = member_of(need.company)
    introduction = introduce(
        association=association,
        company=need.company,
        kind=need.kind,
        asked_by_side="association",
        note="Parlons-en.",
        by=member_of(association),
        need=need,
    )
    accept_introduction(introduction=introduction, by=answerer)
    asked.refresh_from_db()
    assert asked.status == "interested"
    assert set(still_open()) == {before, other, after}


def test_a_project_for_which_something_is_done():
    settled, other = (DiagnosisFactory(project=ProjectFactory(published=True)) for _ in range(2))
    settle(project=settled.project)
    assert list(Diagnosis.objects.open()) == [other]
