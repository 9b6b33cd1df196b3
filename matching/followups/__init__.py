"""What this room follows up: the welcome of newcomers, and projects that found no company."""

from matching.followups.diagnosis import (
    CallAfterDiagnosis,
    ChooseAfterDiagnosis,
    ExplainEnding,
    RewriteProject,
    WidenProject,
)
from matching.followups.welcome import WelcomeNewcomer

__all__ = [
    "CallAfterDiagnosis",
    "ChooseAfterDiagnosis",
    "ExplainEnding",
    "RewriteProject",
    "WelcomeNewcomer",
    "WidenProject",
]
