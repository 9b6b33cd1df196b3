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
from infotheque.operations.gaps import note_gap, settle_gap
from infotheque.operations.learning import answer_step, finish_step, load_paths, take_up_step
from infotheque.operations.shelf import load_shelf
from infotheque.operations.versions import add_version
from infotheque.operations.vocabulary import learn_words, recount_words

__all__ = [
    "add_version",
    "answer_step",
    "archive_document",
    "create_document",
    "doubt_document",
    "feature_document",
    "finish_step",
    "learn_words",
    "load_paths",
    "load_shelf",
    "note_gap",
    "publish_document",
    "recount_words",
    "send_back_document",
    "settle_gap",
    "submit_document",
    "take_up_document",
    "take_up_step",
    "update_document",
    "verify_document",
    "withdraw_document",
]
