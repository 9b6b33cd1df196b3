"""Two refusals: the whole file, or one row of it. Both say in French what to do next."""

from mecenova.workflow.errors import DomainError


class ImportRefused(DomainError):
    """The file cannot be read as what it should be: nothing of it is written."""


class RowRefused(DomainError):
    """One row goes to the rejects with this reason; the others go on."""
