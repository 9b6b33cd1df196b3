from partnerships.models.attention import AttentionEntry, AttentionMonth
from partnerships.models.introduction import Introduction
from partnerships.models.partnership import Partnership, Party

__all__ = ["AttentionEntry", "AttentionMonth", "Introduction", "Partnership", "Party"]
