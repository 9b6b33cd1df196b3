"""How well a need and an association suit each other: pure functions on plain values.

No database, no clock, no settings. `sides` are the two values compared, `filters` say what stops a pair,
`parts` add up what speaks for it, `reasons` put it in French. `text`, `themes` and `lexicon` read words.
"""

from matching.scoring.causes import likely_causes
from matching.scoring.filters import BY_PLACE, STOPS, every_stop, stopped_by
from matching.scoring.lexicon import Lexicon, vocabulary
from matching.scoring.parts import NEUTRAL, SCORE_VERSION, WEIGHTS, WITHOUT_THEME, Assessment, score, total_of
from matching.scoring.reasons import reasons, reasons_to_answer
from matching.scoring.sides import AskSide, AssociationSide, NeedSide, TextSide

__all__ = [
    "BY_PLACE",
    "NEUTRAL",
    "SCORE_VERSION",
    "STOPS",
    "WEIGHTS",
    "WITHOUT_THEME",
    "AskSide",
    "Assessment",
    "AssociationSide",
    "Lexicon",
    "NeedSide",
    "TextSide",
    "every_stop",
    "likely_causes",
    "reasons",
    "reasons_to_answer",
    "score",
    "stopped_by",
    "total_of",
    "vocabulary",
]
