from mecenova.agenda.models.absence import Absence, AbsenceQuerySet
from mecenova.agenda.models.attempt import Attempt
from mecenova.agenda.models.delay import RuleDelay, RuleDelayQuerySet
from mecenova.agenda.models.follow_up import FollowUp, FollowUpQuerySet
from mecenova.agenda.models.silence import SilenceCheck
from mecenova.agenda.models.slot import TIME_TO_CHOOSE, Slot, SlotQuerySet, SlotRequest
from mecenova.agenda.models.stay import Stay, StayQuerySet

__all__ = [
    "TIME_TO_CHOOSE",
    "Absence",
    "AbsenceQuerySet",
    "Attempt",
    "FollowUp",
    "FollowUpQuerySet",
    "RuleDelay",
    "RuleDelayQuerySet",
    "SilenceCheck",
    "Slot",
    "SlotQuerySet",
    "SlotRequest",
    "Stay",
    "StayQuerySet",
]
