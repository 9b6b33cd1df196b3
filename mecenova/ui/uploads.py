"""A form that has no field for a file takes none: what a stranger adds to it is left where it is, unread."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class NoFileUploadHandler(FileUploadHandler):
    """Lets the connection go at the first file, before any byte of it is read.

    The site's only handler: Django's own ones would write whatever comes to a temporary file, without bound.
    A view that takes files sets another one on its request (mecenova.imports.uploads).
    """

    # Whether a file came: neither it nor what followed it in the form was read.
    has_refused = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.has_refused = True
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> None:
        return None
