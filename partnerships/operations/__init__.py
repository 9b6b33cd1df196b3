from partnerships.operations.agreements import (
    end_partnership,
    let_reflection_rest,
    reflect,
    reflection_is_open,
    renew_partnership,
)
from partnerships.operations.answers import (
    accept_introduction,
    decline_introduction,
    mark_seen,
    postpone_introduction,
)
from partnerships.operations.asking import introduce, refuse_request
from partnerships.operations.attention import (
    Approach,
    leaves_at_once,
    next_month,
    places_left,
    places_this_month,
    return_attention,
    return_places,
    spend_attention,
    spend_attention_on_many,
)
from partnerships.operations.contacts import introductions_at_risk, note_contact, released_on
from partnerships.operations.introductions import (
    end_requests_about,
    of_held_sides,
    rearm_introduction,
    release_introduction,
    request_queued,
    retry_queued,
    tell_ending,
    wait_for_next_month,
    withdraw_introduction,
)
from partnerships.operations.leaving import follow_leaving, what_leaving_would_end
from partnerships.operations.partnerships import abandon_partnership
from partnerships.operations.refusals import choose_first_documents, edit_refusal_step
from partnerships.operations.signatures import (
    agree_partnership,
    contest_signature,
    correct_signature,
    settle_signature,
)
from partnerships.operations.talks import (
    ask_whether_they_talked,
    conclude_talk,
    report_talk,
    return_to_matching,
    settle_talk,
)

__all__ = [
    "Approach",
    "abandon_partnership",
    "accept_introduction",
    "agree_partnership",
    "ask_whether_they_talked",
    "choose_first_documents",
    "conclude_talk",
    "contest_signature",
    "correct_signature",
    "decline_introduction",
    "edit_refusal_step",
    "end_partnership",
    "end_requests_about",
    "follow_leaving",
    "introduce",
    "introductions_at_risk",
    "leaves_at_once",
    "let_reflection_rest",
    "mark_seen",
    "next_month",
    "note_contact",
    "of_held_sides",
    "places_left",
    "places_this_month",
    "postpone_introduction",
    "rearm_introduction",
    "reflect",
    "reflection_is_open",
    "refuse_request",
    "release_introduction",
    "released_on",
    "renew_partnership",
    "report_talk",
    "request_queued",
    "retry_queued",
    "return_attention",
    "return_places",
    "return_to_matching",
    "settle_signature",
    "settle_talk",
    "spend_attention",
    "spend_attention_on_many",
    "tell_ending",
    "wait_for_next_month",
    "what_leaving_would_end",
    "withdraw_introduction",
]
