"""Every write of the library that has a meaning."""

from infotheque.operations.collections import (
    add_to_collection,
    create_collection,
    move_in_collection,
    remove_from_collection,
    show_collection,
    update_collection,
)
from infotheque.operations.courses import free_exercises, move_step, update_path, update_step
from infotheque.operations.curation import (
    accept_tip,
    comment_document,
    decline_tip,
    give_tip,
    set_curation,
)
from infotheque.operations.deposits import bring_files
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
from infotheque.operations.gaps import forget_gaps, note_gap, settle_gap
from infotheque.operations.hindrances import hindrance
from infotheque.operations.learning import answer_step, finish_step, load_paths, take_up_step
from infotheque.operations.links import record_link_check, replace_link
from infotheque.operations.prescriptions import note_reading, prescribe, prescribe_first_documents
from infotheque.operations.shelf import load_shelf
from infotheque.operations.usage import count_download, count_opening, forget_marks, say_useful
from infotheque.operations.versions import add_version, create_document_of
from infotheque.operations.visitors import forget_visitors
from infotheque.operations.vocabulary import recount_words

__all__ = [
    "accept_tip",
    "add_to_collection",
    "add_version",
    "answer_step",
    "archive_document",
    "bring_files",
    "comment_document",
    "count_download",
    "count_opening",
    "create_collection",
    "create_document",
    "create_document_of",
    "decline_tip",
    "doubt_document",
    "feature_document",
    "finish_step",
    "forget_gaps",
    "forget_marks",
    "forget_visitors",
    "free_exercises",
    "give_tip",
    "hindrance",
    "load_paths",
    "load_shelf",
    "move_in_collection",
    "move_step",
    "note_gap",
    "note_reading",
    "prescribe",
    "prescribe_first_documents",
    "publish_document",
    "record_link_check",
    "recount_words",
    "remove_from_collection",
    "replace_link",
    "say_useful",
    "send_back_document",
    "set_curation",
    "settle_gap",
    "show_collection",
    "submit_document",
    "take_up_document",
    "take_up_step",
    "update_collection",
    "update_document",
    "update_path",
    "update_step",
    "verify_document",
    "withdraw_document",
]
