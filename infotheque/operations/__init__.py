"""Every write of the library that has a meaning."""

from infotheque.operations.documents import (
    archive_document,
    create_document,
    doubt_document,
    feature_document,
    publish_document,
    send_back_document,
    submit_document,
    take_up_document,
    update_document,
    verify_document,
    withdraw_document,
)
from infotheque.operations.shelf import load_shelf
from infotheque.operations.versions import add_version

__all__ = [
    "add_version",
    "archive_document",
    "create_document",
    "doubt_document",
    "feature_document",
    "load_shelf",
    "publish_document",
    "send_back_document",
    "submit_document",
    "take_up_document",
    "update_document",
    "verify_document",
    "withdraw_document",
]
