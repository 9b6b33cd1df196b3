"""A smaller simulated year: how long a day takes, and whether its promises hold. NAME=year."""

import time

from django.core.management import call_command

ASSOCIATIONS, COMPANIES, DAYS = 100, 14, 90


def run() -> None:
    started = time.perf_counter()
    call_command("simulate", associations=ASSOCIATIONS, companies=COMPANIES, days=DAYS, seed=1)
    seconds = time.perf_counter() - started
    print(f"year: {1000 * seconds / DAYS:.0f} ms a day")
