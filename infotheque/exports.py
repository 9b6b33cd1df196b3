"""What is read, as a CSV file that a French spreadsheet opens safely."""

import csv
from collections.abc import Iterable
from typing import TextIO

from infotheque.models import Document
from mecenova.identifiers.spreadsheets import inert_line

COLUMNS = ("document", "type", "éditeur", "ouvertures", "téléchargements", "utile", "peu utile")


def write_uses(file: TextIO, documents: Iterable[Document]) -> None:
    """One line a document, of those that the queryset's `with_uses` counted; a mark of UTF-8, semicolons."""
    file.write("\ufeff")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for document in documents:
        texts = (document.title, document.get_kind_display(), document.publisher)
        uses = (document.opened, document.downloaded, document.useful, document.not_useful)
        writer.writerow([*map(inert_line, texts), *uses])
