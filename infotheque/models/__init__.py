"""The library's tables, by aggregate."""

from infotheque.models.collection import Collection, CollectionItem
from infotheque.models.curation import CurationSettings, EditorComment, SearchGap, Tip
from infotheque.models.deposit import Deposit, DepositedFile
from infotheque.models.document import Document
from infotheque.models.link_check import LinkCheck
from infotheque.models.path import Path, Progress, Step
from infotheque.models.prescription import PrescribedReading, Prescription
from infotheque.models.usage import DailyUse, UsefulMark
from infotheque.models.version import DocumentFile, DocumentVersion
from infotheque.models.vocabulary import Word

__all__ = [
    "Collection",
    "CollectionItem",
    "CurationSettings",
    "DailyUse",
    "Deposit",
    "DepositedFile",
    "Document",
    "DocumentFile",
    "DocumentVersion",
    "EditorComment",
    "LinkCheck",
    "Path",
    "PrescribedReading",
    "Prescription",
    "Progress",
    "SearchGap",
    "Step",
    "Tip",
    "UsefulMark",
    "Word",
]
