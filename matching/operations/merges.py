"""Suggestions follow to the record that stays; the next small round looks at it again."""

from django.db import transaction

from accounts.operations.merging import Merging
from associations.models import Association
from companies.models import Company
from matching.models import (
    AssociationProfile,
    AssociationReading,
    ChangedSubject,
    NeedProfile,
    Suggestion,
)


@transaction.atomic
def bring_suggestions_over(*, merging: Merging) -> None:
    merging.handled |= {
        "matching.Suggestion.association",
        "matching.Suggestion.company",
        "matching.AssociationProfile.association",
        "matching.AssociationReading.association",
        "matching.NeedProfile.company",
    }
    kept = Association.objects.filter(organisation=merging.kept).first()
    gone = Association.objects.filter(organisation=merging.gone).first()
    if kept is not None and gone is not None:
        _bring_associations_rows(merging, kept, gone)
    company = Company.objects.filter(organisation=merging.kept).first()
    former = Company.objects.filter(organisation=merging.gone).first()
    if company is not None and former is not None:
        merging.move(Suggestion, "company", company, former)
        ChangedSubject.objects.filter(subject_id=former.pk).update(subject_id=company.pk)
        NeedProfile.objects.filter(company=former).update(company=company)


def _bring_associations_rows(merging: Merging, kept: Association, gone: Association) -> None:
    def presented_twice(suggestion: Suggestion) -> None:
        """Of one need, an association has one open suggestion: the one that went furthest is kept."""
        twin = Suggestion.objects.open().get(association=kept, need=suggestion.need_id)
        is_further = _how_far(suggestion) > _how_far(twin)
        merging.drop(twin if is_further else suggestion)
        if is_further:
            merging.place(suggestion, association=kept)

    merging.move(Suggestion, "association", kept, gone, presented_twice)
    ChangedSubject.objects.filter(subject_id=gone.pk).update(subject_id=kept.pk)
    # What is derived is derived again from the record that stays.
    AssociationProfile.objects.filter(association=gone).delete()
    AssociationReading.objects.filter(association=gone).delete()


def _how_far(suggestion: Suggestion) -> tuple[bool, float]:
    return (
        suggestion.seen_at is not None,
        -suggestion.presented_at.timestamp(),
    )
