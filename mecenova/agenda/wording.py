"""A promise as people say it."""

from datetime import datetime

from mecenova.ui.figures import long_date


def before(moment: datetime | None) -> str:
    """« avant le lundi 30 novembre 2026 », with the space before it; nothing when no date was promised."""
    return f" avant le {long_date(moment)}" if moment else ""
