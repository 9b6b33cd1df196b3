"""Two records become one between the moment a row is read and the moment it is held."""

import pytest
from django.db import transaction
from django.http import Http404

from accounts.models import Organisation
from accounts.operations import merge_organisations, merges, update_person
from infotheque.models import SearchGap
from infotheque.operations import answer_step, note_gap, settle_gap
from matching.operations import decline_suggestion
from partnerships.enums import RefusalReason
from partnerships.operations import abandon_partnership, accept_introduction, withdraw_introduction
from tests.accounts.factories import StaffFactory, UserFactory
from tests.associations.factories import AssociationFactory
from tests.infotheque.factories import StepFactory
from tests.matching.factories import SuggestionFactory
from tests.partnerships.factories import IntroductionFactory, member_of
from tests.threads import Pause, at_once, second_during_first

pytestmark = pytest.mark.django_db(transaction=True)


def a_request(gone):
    asked = IntroductionFactory(association=gone)
    person = member_of(gone)
    return lambda: withdraw_introduction(introduction=asked, by=person)


def a_suggestion(gone):
    suggestion = SuggestionFactory(association=gone)
    person = member_of(suggestion.company)
    return lambda: decline_suggestion(suggestion=suggestion, reason=RefusalReason.TERRITORY, by=person)


def a_partnership(gone):
    asked = IntroductionFactory(association=gone)
    partnership = accept_introduction(introduction=asked, by=member_of(asked.company))
    person = member_of(gone)
    return lambda: abandon_partnership(partnership=partnership, by=person, note="")


def merge(kept, gone):
    merge_organisations(kept=kept.organisation, gone=gone.organisation, by=None, numbers_confirmed=True)


def is_free(organisation):
    """Whether nobody else holds it, asked from another connection."""

    @transaction.atomic
    def take():
        rows = Organisation.objects.select_for_update(no_key=True, skip_locked=True)
        return rows.filter(pk=organisation.pk).exists()

    return at_once(take) == [True]


@pytest.mark.parametrize("subject", [a_request, a_suggestion, a_partnership])
def test_what_was_read_before_is_held_with_the_organisation_it_now_has(subject):
    kept, gone = AssociationFactory(complete=True), AssociationFactory(complete=True)
    act = subject(gone)
    merge(kept, gone)
    with transaction.atomic():
        act()
        assert not is_free(kept.organisation)
    assert is_free(kept.organisation)


@pytest.mark.parametrize("subject", [a_request, a_suggestion, a_partnership])
def test_what_changes_hands_while_it_is_waited_for_is_not_there(subject, monkeypatch):
    """Its new organisation may stand before the other, which is held already."""
    kept, gone = AssociationFactory(complete=True), AssociationFactory(complete=True)
    act = subject(gone)
    pause = Pause(monkeypatch, merges, "_conclude")
    (error,) = second_during_first(pause, lambda: merge(kept, gone), act)
    assert isinstance(error, Http404)
    act()


def test_an_answer_to_a_step_waits_for_the_merge_of_its_organisation(monkeypatch):
    kept, gone = AssociationFactory(complete=True), AssociationFactory(complete=True)
    person, step = member_of(gone), StepFactory()
    pause = Pause(monkeypatch, merges, "_conclude")

    def answer():
        answer_step(organisation=gone.organisation, step=step, answers={}, by=person)

    (error,) = second_during_first(pause, lambda: merge(kept, gone), answer)
    assert isinstance(error, Http404)


def test_words_forgotten_meanwhile_are_not_there():
    gap = note_gap(words="mécénat de proximité")
    SearchGap.objects.all().delete()
    with pytest.raises(Http404):
        settle_gap(gap=gap, by=StaffFactory())


def test_an_account_forgotten_meanwhile_is_not_there():
    person = UserFactory()
    type(person).objects.all().delete()
    with pytest.raises(Http404):
        update_person(person=person, first_name="Awa", last_name="Diop", by=person)
