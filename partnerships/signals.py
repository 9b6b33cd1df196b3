"""News from this room, sent inside the operation's transaction."""

from django.dispatch import Signal

# introduction, by
introduction_requested = Signal()
introduction_answered = Signal()
# A receiver that explains the ending to the association answers True: the plain words are then not sent.
introduction_released = Signal()
# introduction: it can come to nothing any more (its need closed while it queued, or a side has left);
# answered as the former
introduction_ended = Signal()

# company, association: a place is about to be given back. A receiver answers with the moments at which it
# showed this association to the company, for those that still count
place_returning = Signal()

# organisation, by: it leaves the site, and what it had under way here has ended. A receiver ends what it had
# proposed, and answers with the approaches that came to nothing: all places are given back after, by company
party_leaving = Signal()

# introduction: the agenda found that its last day has passed, or that the date given with "later" has come
answer_overdue = Signal()
later_has_come = Signal()
# introduction: the month a queued request was waiting for has begun
place_expected = Signal()

# partnership, turn, key, again_on: the agenda found that both sides are to be asked whether they talked
talk_day_has_come = Signal()
# partnership: the last question has waited long enough; its last day has passed
talk_time_is_over = Signal()
term_has_come = Signal()
# partnership, moment: nobody will be asked again what came of it
reflection_time_is_over = Signal()
