from matching.models.batches import RoundBatch
from matching.models.changes import ChangedSubject
from matching.models.diagnosis import Diagnosis
from matching.models.profiles import NATIONAL, AssociationProfile, NeedProfile
from matching.models.readings import AssociationReading, NeedReading, Term, Vocabulary
from matching.models.suggestions import Round, Suggestion, SuggestionQuerySet

__all__ = [
    "NATIONAL",
    "AssociationProfile",
    "AssociationReading",
    "ChangedSubject",
    "Diagnosis",
    "NeedProfile",
    "NeedReading",
    "Round",
    "RoundBatch",
    "Suggestion",
    "SuggestionQuerySet",
    "Term",
    "Vocabulary",
]
