"""Any story of the network, with the team making one of two records at any moment.

After each act, whatever is alive has exactly one next step, no row is lost, and the database's rules hold.
"""

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from accounts import operations as accounts
from accounts.models import Organisation
from accounts.operations.merging import MergeIncomplete
from mecenova.agenda.models import FollowUp
from tests.agenda.test_one_next_step import WHICH, Network

# What a merge itself writes or ends; everything else is counted before and after.
WRITTEN = {
    "accounts.Organisation",
    "accounts.Merge",
    "accounts.Duplicate",
    "associations.Association",
    "companies.Company",
    "companies.Policy",
    "partnerships.AttentionMonth",
    "agenda.FollowUp",
    "mail.OutgoingMail",
    "mail.DigestLine",
    "workflow.TransitionRecord",
    "matching.ChangedSubject",
    # Derived from the record that stays, which may be away where the other was not.
    "matching.AssociationProfile",
    "matching.AssociationReading",
}


# How many merges the stories held: none would prove nothing.
MERGES = []


def merge_whole(**values):
    """A key that nobody moves is a fault of ours, not a refusal."""
    try:
        return accounts.merge_organisations(**values)
    except MergeIncomplete as forgotten:
        raise AssertionError(forgotten.message) from forgotten


def rows():
    return {
        model._meta.label: set(model._base_manager.values_list("pk", flat=True))
        for model in apps.get_models()
        if model._meta.managed and model._meta.label not in WRITTEN and not model._meta.proxy
    }


class NetworkThatMerges(Network):
    is_ready = False

    @initialize()
    def begin(self):
        super().begin()
        # Whatever the story draws, two records stand ready to be made one: no run of the test proves nothing.
        self.an_association_registers(True)
        self.a_company_registers(True)
        self.is_ready = True

    def teardown(self):
        try:
            if self.is_ready:
                self.the_team_makes_one_of_two(0, 1, True)
        finally:
            super().teardown()

    @rule(one=WHICH, other=WHICH, confirmed=st.sampled_from([True, True, False]))
    def the_team_makes_one_of_two(self, one, other, confirmed):
        kept = self.pick(Organisation, one)
        gone = self.pick(Organisation, other, kind=kept.kind)
        before, steps = rows(), set(FollowUp.objects.values_list("pk", flat=True))
        merged = self.attempt(merge_whole, kept=kept, gone=gone, by=self.staff, numbers_confirmed=confirmed)
        if merged is None:
            return
        MERGES.append(merged.pk)
        dropped = {(each["model"], str(each["pk"])) for each in merged.snapshot["dropped"]}
        after = rows()
        for label, keys in before.items():
            lost = keys - after[label]
            assert {(label.lower(), str(key)) for key in lost} <= dropped, label
        assert steps <= set(FollowUp.objects.values_list("pk", flat=True))
        assert not FollowUp.objects.filter(organisation_id=gone.pk).exists()
        assert not FollowUp.objects.filter(subject_id=gone.pk).exists()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.django_db
def test_no_story_with_merges_breaks_the_promise_or_loses_a_row():
    MERGES.clear()
    run_state_machine_as_test(
        NetworkThatMerges,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert MERGES
