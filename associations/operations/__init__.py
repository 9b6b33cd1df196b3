from associations.operations.pauses import pause_project, restart_project_step, resume_project
from associations.operations.profile import update_association
from associations.operations.projects import (
    close_project,
    create_project,
    publish_project,
    remove_ask,
    save_ask,
    update_project,
)
from associations.operations.registration import register_association
from associations.operations.registry import NumberTaken
from associations.operations.steps import (
    days_before_call,
    follow_check,
    follow_leaving,
    note_call,
    record_presentations,
)

__all__ = [
    "NumberTaken",
    "close_project",
    "create_project",
    "days_before_call",
    "follow_check",
    "follow_leaving",
    "note_call",
    "pause_project",
    "publish_project",
    "record_presentations",
    "register_association",
    "remove_ask",
    "restart_project_step",
    "resume_project",
    "save_ask",
    "update_association",
    "update_project",
]
