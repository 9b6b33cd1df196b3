"""What gunicorn itself answers when it cannot read a request, and the site is not asked: plain French.

It reads this file where it is started, in the image as in the demo. Nothing of the request is written back.
"""

from typing import Any

from gunicorn import util

TOO_LONG = (
    "Cette demande est trop longue\u00a0: son adresse, ou ce que votre navigateur garde de ce site, dépasse "
    "ce qui peut être lu. Revenez à la page précédente, ou effacez les cookies de ce site dans votre "
    "navigateur, puis recommencez."
)
UNREADABLE = (
    "Cette demande ne peut pas être lue\u00a0: elle est mal écrite, ou elle a été abîmée en chemin. Revenez "
    "à la page précédente, puis recommencez."
)
FAILED = (
    "Le site n’a pas pu répondre. Revenez à la page précédente, puis recommencez dans quelques "
    "minutes\u00a0: ce que vous veniez d’envoyer n’est peut-être pas enregistré."
)
WORDS = {414: TOO_LONG, 431: TOO_LONG, 500: FAILED}


def write_error(sock: Any, status: int, reason: str, message: str) -> None:
    told = WORDS.get(status, UNREADABLE).encode()
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"X-Content-Type-Options: nosniff\r\nContent-Length: {len(told)}\r\n\r\n"
    )
    util.write_nonblock(sock, head.encode() + told)


def post_worker_init(worker: Any) -> None:
    """gunicorn's own pages are English and have no setting: its writer is replaced in each process."""
    util.write_error = write_error
