from matching.models.changes import ChangedSubject
from matching.models.diagnosis import Diagnosis
from matching.models.suggestions import Round, Suggestion, SuggestionQuerySet

__all__ = ["ChangedSubject", "Diagnosis", "Round", "Suggestion", "SuggestionQuerySet"]
