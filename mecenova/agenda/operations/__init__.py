"""Every write of the agenda that has a meaning."""

from mecenova.agenda.operations.follow_ups import (
    close,
    close_many,
    next_step,
    next_steps,
    run_due,
    start,
    start_many,
    steps_owed_by,
)
from mecenova.agenda.operations.stays import register_stays

__all__ = [
    "close",
    "close_many",
    "next_step",
    "next_steps",
    "register_stays",
    "run_due",
    "start",
    "start_many",
    "steps_owed_by",
]
