"""Who owes what around an introduction and a partnership, and by when."""

from partnerships.followups.introductions import (
    RELEASE_DAY,
    AnswerIntroduction,
    ReplyLater,
    SendQueuedIntroduction,
    TellTrueStatus,
)
from partnerships.followups.partnerships import (
    AskRenewal,
    DecideTogether,
    DidYouTalk,
    EvaluateTogether,
    LiveToTheEnd,
    ReachTerm,
    ReviewYearly,
    SettleDisagreement,
    SettleSignature,
    TellLastingEffect,
)

__all__ = [
    "RELEASE_DAY",
    "AnswerIntroduction",
    "AskRenewal",
    "DecideTogether",
    "DidYouTalk",
    "EvaluateTogether",
    "LiveToTheEnd",
    "ReachTerm",
    "ReplyLater",
    "ReviewYearly",
    "SendQueuedIntroduction",
    "SettleDisagreement",
    "SettleSignature",
    "TellLastingEffect",
    "TellTrueStatus",
]
