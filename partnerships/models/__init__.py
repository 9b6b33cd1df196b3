from partnerships.models.attention import AttentionEntry, AttentionMonth
from partnerships.models.introduction import Introduction
from partnerships.models.partnership import Partnership, Party, Reflection, TalkReport, parties_read_with
from partnerships.models.refusal import RefusalStep, RefusalStepChange

__all__ = [
    "AttentionEntry",
    "AttentionMonth",
    "Introduction",
    "Partnership",
    "Party",
    "Reflection",
    "RefusalStep",
    "RefusalStepChange",
    "TalkReport",
    "parties_read_with",
]
