from mecenova.agenda.models.absence import Absence
from mecenova.agenda.models.attempt import Attempt
from mecenova.agenda.models.delay import RuleDelay
from mecenova.agenda.models.follow_up import FollowUp, FollowUpQuerySet
from mecenova.agenda.models.silence import SilenceCheck
from mecenova.agenda.models.slot import TIME_TO_CHOOSE, Appointment, Slot, SlotQuerySet, SlotRequest
from mecenova.agenda.models.stay import Stay

__all__ = [
    "TIME_TO_CHOOSE",
    "Absence",
    "Appointment",
    "Attempt",
    "FollowUp",
    "FollowUpQuerySet",
    "RuleDelay",
    "SilenceCheck",
    "Slot",
    "SlotQuerySet",
    "SlotRequest",
    "Stay",
]
