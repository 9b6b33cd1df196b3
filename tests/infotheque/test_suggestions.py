"""Whoever suggests a document is not left waiting: each has a step, until the document is on line."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from infotheque import operations
from infotheque.followups import CompleteSuggested, DecideTip, WatchReviewDate
from infotheque.models import Document, Tip
from mecenova.agenda.models import FollowUp
from mecenova.agenda.operations import check_silence, next_step, run_due
from mecenova.calendar import clock
from mecenova.ui.figures import long_date
from mecenova.workflow.errors import DomainError
from tests.accounts.factories import StaffFactory, UserFactory
from tests.infotheque.factories import DocumentFactory
from tests.threads import at_once, until_another_waits

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    found = StaffFactory()
    client.force_login(found)
    return found


def rule_of(subject):
    step = next_step(subject)
    return step and step.rule


def test_a_suggestion_is_owed_a_decision_then_a_document(staff):
    tip = operations.give_tip(title="Un guide", visitor_address="lectrice@visiteurs.example")
    operations.give_tip(title="Un guide", visitor_address="lectrice@visiteurs.example")
    assert rule_of(tip) == DecideTip.name
    draft = operations.accept_tip(tip=tip, by=staff)
    operations.accept_tip(tip=tip, by=staff)
    assert next_step(tip) is None
    assert (rule_of(draft), next_step(draft).assigned_to) == (CompleteSuggested.name, staff)
    written = {"link": "https://exemple.example/", "summary": "Ce qu’il faut préparer."}
    operations.update_document(document=draft, by=staff, **written)
    operations.submit_document(document=draft, by=staff)
    operations.send_back_document(document=draft, by=StaffFactory())
    assert rule_of(draft) == CompleteSuggested.name
    operations.publish_document(document=draft, by=staff)
    assert rule_of(draft) == WatchReviewDate.name
    operations.withdraw_document(document=draft, by=staff)
    assert rule_of(draft) == CompleteSuggested.name
    operations.archive_document(document=draft, by=staff)
    assert next_step(draft) is None
    operations.take_up_document(document=draft, by=staff)
    assert rule_of(draft) == CompleteSuggested.name
    assert FollowUp.objects.all().steps().count() == 1


def test_few_suggestions_wait_for_one_address(staff):
    """Each is a mail when it is decided, to somebody who may never have left it."""
    address = "voisine@visiteurs.example"
    tips = [operations.give_tip(title=f"Guide {number}", visitor_address=address) for number in range(3)]
    with pytest.raises(DomainError, match="cette adresse"):
        operations.give_tip(title="Guide de trop", visitor_address=address.upper())
    assert operations.give_tip(title="Guide 2", visitor_address=address) == tips[2]
    assert operations.give_tip(title="Guide sans réponse")
    assert operations.give_tip(title="Guide de trop", visitor_address="autre@visiteurs.example")
    operations.decline_tip(tip=tips[0], by=staff)
    assert operations.give_tip(title="Guide suivant", visitor_address=address)


def test_every_twin_has_its_step_and_loses_it_with_the_others(staff):
    twins = [operations.give_tip(title="Un guide", by=StaffFactory()) for _ in range(2)]
    assert [rule_of(twin) for twin in twins] == [DecideTip.name] * 2
    operations.decline_tip(tip=twins[1], by=staff)
    operations.decline_tip(tip=twins[0], by=staff)
    assert not FollowUp.objects.all().steps().exists()


def test_a_suggestion_left_alone_stays_on_the_team_s_list_with_the_page_where_to_decide(client, staff):
    with clock.frozen(clock.now()) as moment:
        tip = operations.give_tip(title="Le carnet d’une trésorière")
        draft = operations.accept_tip(tip=operations.give_tip(title="Un guide"), by=staff)
        for _ in range(2):
            moment.advance(timedelta(days=30))
            run_due()
            run_due()
        assert (rule_of(tip), rule_of(draft)) == (DecideTip.name, CompleteSuggested.name)
        page = client.get(reverse("pages:control_tower")).content.decode()
    assert "Le carnet d’une trésorière" in page
    assert f'href="{reverse("infotheque:tips")}"' in page
    assert f'href="{reverse("infotheque:edit", args=[draft.pk])}"' in page


def late_rows(client, page):
    """The titles whose line says that it is late, wherever the line is."""
    html = client.get(reverse(page)).content.decode()
    rows = re.findall(r"<li\b.*?</li>", html, re.DOTALL)
    late = [row for row in rows if "en retard" in row]
    return {title for title in ("Le carnet", "Le guide", "Le tout neuf") if any(title in row for row in late)}


def test_what_is_late_on_the_tower_is_late_in_its_own_list(client, staff):
    with clock.frozen(clock.now()) as moment:
        operations.give_tip(title="Le carnet")
        operations.accept_tip(tip=operations.give_tip(title="Le guide"), by=staff)
        for _ in range(2):
            moment.advance(timedelta(days=30))
            run_due()
        operations.give_tip(title="Le tout neuf")
        operations.accept_tip(tip=operations.give_tip(title="Le tout neuf, en brouillon"), by=staff)
        assert late_rows(client, "pages:control_tower") == {"Le carnet", "Le guide"}
        assert late_rows(client, "infotheque:tips") == {"Le carnet"}
        assert late_rows(client, "infotheque:curation") == {"Le guide"}


def test_whoever_suggests_reads_by_which_day_the_team_decides(client):
    client.force_login(UserFactory())
    answer = client.post(reverse("infotheque:tip_create"), {"title": "Un guide"}, follow=True)
    day = long_date(next_step(Tip.objects.get()).deadline)
    assert f"quand elle aura décidé au plus tard le {day}" in answer.content.decode()


def test_those_that_waited_before_steps_were_given_get_one_and_an_ordinary_draft_none(staff):
    tip = Tip.objects.create(title="Un guide")
    draft, ordinary = DocumentFactory(), DocumentFactory()
    Tip.objects.create(title="Un autre", status="accepted", decided_at=clock.now(), document=draft)
    check_silence()
    check_silence()
    rules = ["infotheque.decide_tip", "infotheque.complete_suggested", None]
    assert [rule_of(each) for each in (tip, draft, ordinary)] == rules
    operations.decline_tip(tip=tip, by=staff)
    assert next_step(tip) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("decide", [operations.accept_tip, operations.decline_tip])
def test_two_curators_who_decide_on_twins_at_once_wait_in_turn(decide):
    """One begins by the first, the other by the second: each would hold what the other wants."""
    by = [StaffFactory(), StaffFactory()]
    twins = [operations.give_tip(title="Un guide", by=each) for each in by]
    first, second = sorted(twins, key=lambda tip: tip.pk)
    is_held = threading.Event()

    def begin():
        with transaction.atomic():
            Tip.objects.select_for_update(no_key=True).get(pk=first.pk)
            is_held.set()
            until_another_waits()
            return decide(tip=first, by=by[0])

    def meanwhile():
        is_held.wait(20)
        return decide(tip=second, by=by[1])

    results = at_once(begin, meanwhile)
    assert not [result for result in results if isinstance(result, Exception)]
    assert Tip.objects.waiting().count() == 0
    assert Document.objects.count() == (decide is operations.accept_tip)
