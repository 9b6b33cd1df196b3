"""Which links of an office document fetch something as soon as it is opened, and from another machine."""

import re
from urllib.parse import unquote

FETCHED = (
    "Ce fichier va chercher un modèle ou un objet sur un autre ordinateur dès qu’on l’ouvre. "
    "Enregistrez-le en PDF, ou rompez cette liaison, puis déposez-le à nouveau."
)
# What a page leads to, or shows: followed or played by whoever reads, and common in everyday files.
_FOLLOWED = frozenset({"hyperlink"})
_SHOWN = frozenset({"image", "video", "audio", "media"})
# Elements of LibreOffice that are filled, or laid out, from where their link leads.
_FILLED = frozenset({"template", "object", "object-ole", "section-source", "floating-frame"})

# One letter is a disk. « file » leads to a machine when what follows names one.
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):")
_MACHINE = re.compile(r"/{4,}|//(?!/|localhost/|[a-z]:/)")
_IGNORED = re.compile(r"[\x00-\x1f]+")


def fetches(element: str, attributes: dict[str, str]) -> bool:
    """Whether what this element of Office's links, or of a text of LibreOffice, names is fetched afar."""
    if element == "Relationship":
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = _plain(attributes.get("Target", ""))
        if kind in _FOLLOWED or (kind in _SHOWN and target.startswith(("http:", "https:"))):
            return False
        return _is_elsewhere(target)
    return element in _FILLED and any(
        _is_elsewhere(_plain(value)) for name, value in attributes.items() if name.endswith(":href")
    )


def _is_elsewhere(target: str) -> bool:
    scheme = _SCHEME.match(target)
    if scheme is None:
        return bool(_MACHINE.match(target))
    return scheme[1] != "file" or bool(_MACHINE.match(target, scheme.end()))


def _plain(target: str) -> str:
    """As software reads it: escaped or not, with slashes of one sort."""
    return _IGNORED.sub("", unquote(target)).strip().replace("\\", "/").lower()
