"""Errors whose message is written for the person in front of the screen, or that say nothing at all."""

from django.http import Http404


class DomainError(Exception):
    """Something the house refuses to do. The message is French, says why, and what to do next."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class TransitionRefused(DomainError):
    """The subject is no longer in a state that allows this verb (often: somebody else acted first)."""

    def __init__(self, message: str, *, workflow: str = "", verb: str = "", status: str = "") -> None:
        super().__init__(message)
        self.workflow = workflow
        self.verb = verb
        self.status = status


class SomebodyElses(Http404):
    """The key that a form sent is of what belongs to others: it is not there, as at its own address.

    Who may know of it and lacks the right to write it meets PermissionDenied.
    """
