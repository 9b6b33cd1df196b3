"""One button of a page, one operation: the person is told that it is done, or why it is refused."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from mecenova.workflow.errors import DomainError


def attempt(request: HttpRequest, done: str, operation: Callable[..., Any], **values: Any) -> bool:
    """Call the operation in the name of whoever asks; whether it went through."""
    try:
        operation(by=request.user, **values)
    except DomainError as refused:
        messages.error(request, refused.message)
        return False
    messages.success(request, done)
    return True
