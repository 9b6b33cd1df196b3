"""Errors whose message is written for the person in front of the screen."""


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
