"""Pages and texts as their readers read them, whatever their spaces."""

import html


def plain(text):
    return " ".join(html.unescape(text).split())


def shown(response):
    return plain(response.content.decode())
