import pytest
from django.core.cache import cache

from infotheque import searching


@pytest.fixture
def fresh_words():
    """The words of the library are kept in the cache, which no rollback empties."""
    searching.forget_words()
    yield
    cache.clear()
