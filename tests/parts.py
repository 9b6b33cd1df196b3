"""What htmx is answered: a part of the page, under the page's own title."""

import re

from django.http import HttpResponse

# Another one each time, of the same session.
TOKEN = re.compile(r' name="csrfmiddlewaretoken" value="\w+"')


def assert_part_of(page: HttpResponse, alone: HttpResponse) -> None:
    """Put in its place, it makes the page that the address gives: its title in the tab too."""
    title, end, part = alone.text.partition("</title>")
    assert title.startswith("<title>")
    assert title + end in page.text
    part = TOKEN.sub("", part).strip()
    assert part
    assert part in TOKEN.sub("", page.text)
    assert "<html" not in part
    assert "HX-Request" in alone.headers["Vary"]
