"""Every write of the agenda that has a meaning."""

from mecenova.agenda.operations.absences import (
    add_absence,
    appointments_to_cover,
    follow_members,
    remove_absence,
)
from mecenova.agenda.operations.appointments import (
    cancel_booking,
    hold_slot,
    miss_slot,
    move_booking,
    release_organisation,
    withdraw_slot,
)
from mecenova.agenda.operations.covering import Decisions, who_booked
from mecenova.agenda.operations.delays import hold_delays_of, set_delay
from mecenova.agenda.operations.follow_ups import (
    close,
    close_many,
    hand_over_step,
    keep_or_start,
    next_step,
    next_steps,
    restart_step,
    retry_now,
    run_due,
    start,
    start_many,
    start_once,
)
from mecenova.agenda.operations.free import free_slots, free_slots_for
from mecenova.agenda.operations.requests import (
    ask_for_slot,
    close_answered_requests,
    owe_dates_again,
    tell_who_stays,
)
from mecenova.agenda.operations.sharing import (
    GIVEN,
    assign,
    escalate_overdue_steps,
    present,
    share_staff_steps,
    somebody_else,
    steps_held,
    take_back,
    who_leads,
)
from mecenova.agenda.operations.silence import check_silence
from mecenova.agenda.operations.slots import book_slot, open_slots
from mecenova.agenda.operations.stays import Key, keys_of, open_stays, register_stays

__all__ = [
    "GIVEN",
    "Decisions",
    "Key",
    "add_absence",
    "appointments_to_cover",
    "ask_for_slot",
    "assign",
    "book_slot",
    "cancel_booking",
    "check_silence",
    "close",
    "close_answered_requests",
    "close_many",
    "escalate_overdue_steps",
    "follow_members",
    "free_slots",
    "free_slots_for",
    "hand_over_step",
    "hold_delays_of",
    "hold_slot",
    "keep_or_start",
    "keys_of",
    "miss_slot",
    "move_booking",
    "next_step",
    "next_steps",
    "open_slots",
    "open_stays",
    "owe_dates_again",
    "present",
    "register_stays",
    "release_organisation",
    "remove_absence",
    "restart_step",
    "retry_now",
    "run_due",
    "set_delay",
    "share_staff_steps",
    "somebody_else",
    "start",
    "start_many",
    "start_once",
    "steps_held",
    "take_back",
    "tell_who_stays",
    "who_booked",
    "who_leads",
    "withdraw_slot",
]
