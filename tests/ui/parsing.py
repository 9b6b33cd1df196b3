"""Strict HTML: what a browser would silently repair is a failure here."""

import html5lib


def assert_valid_html(text: str) -> None:
    parser = html5lib.HTMLParser(strict=True)
    try:
        parser.parse(text)
    except html5lib.html5parser.ParseError as error:
        line, column = parser.tokenizer.stream.position()
        near = text.splitlines()[max(0, line - 3) : line + 1]
        raise AssertionError(f"{error} near line {line}, column {column}:\n" + "\n".join(near)) from error
