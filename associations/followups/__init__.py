"""The next step of an association and of each of its projects: what, who owes it, by when.

Each step hands over to the next, so that at every moment exactly one is open.
"""

from associations.followups.profile import (
    Call,
    CallAfterSilence,
    CallToComplete,
    CallToPublish,
    FirstSteps,
    Presentation,
    refresh_step,
    step_of,
)
from associations.followups.projects import PROJECT_STEPS, restart_project_step

__all__ = [
    "PROJECT_STEPS",
    "Call",
    "CallAfterSilence",
    "CallToComplete",
    "CallToPublish",
    "FirstSteps",
    "Presentation",
    "refresh_step",
    "restart_project_step",
    "step_of",
]
