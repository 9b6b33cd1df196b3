#!/usr/bin/env python
"""Mecenova's command line. Without DJANGO_SETTINGS_MODULE it works on the demo's embedded servers."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mecenova.settings.demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
