"""The programs of this folder, run by hand in a database that the migrations make and nobody keeps."""

import os
from collections.abc import Callable

import django


def in_a_test_database(main: Callable[[], object]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mecenova.settings.test")
    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        main()
    finally:
        teardown_databases(databases, verbosity=0)
