from partnerships.operations.answers import (
    accept_introduction,
    decline_introduction,
    mark_seen,
    postpone_introduction,
)
from partnerships.operations.attention import (
    places_left,
    return_attention,
    spend_attention,
    spend_attention_on,
)
from partnerships.operations.contacts import introductions_at_risk, note_contact
from partnerships.operations.introductions import (
    end_requests_about,
    introduce,
    rearm_introduction,
    release_introduction,
    request_queued,
    tell_ending,
    wait_for_next_month,
)
from partnerships.operations.leaving import follow_leaving
from partnerships.operations.partnerships import abandon_partnership
from partnerships.operations.refusals import edit_refusal_step

__all__ = [
    "abandon_partnership",
    "accept_introduction",
    "decline_introduction",
    "edit_refusal_step",
    "end_requests_about",
    "follow_leaving",
    "introduce",
    "introductions_at_risk",
    "mark_seen",
    "note_contact",
    "places_left",
    "postpone_introduction",
    "rearm_introduction",
    "release_introduction",
    "request_queued",
    "return_attention",
    "spend_attention",
    "spend_attention_on",
    "tell_ending",
    "wait_for_next_month",
]
