"""A file is refused by its weight before it is read: by what the browser announces, then by what comes."""

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

LARGEST_FILE = 20 * 1024 * 1024
# Around the file, a form has its own few lines.
FORM_MARGIN = 64 * 1024


def is_announced_too_large(request: HttpRequest, largest: int = LARGEST_FILE) -> bool:
    """Judged by Content-Length alone: the body is left where it is, unread."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0) > largest + FORM_MARGIN
    except ValueError:
        return True


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Files go to a temporary file, and the connection is let go once they are too many bytes together."""

    largest = LARGEST_FILE

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.received = 0
        self.is_over = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > self.largest:
            self.is_over = True
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None if self.is_over else super().file_complete(file_size)
