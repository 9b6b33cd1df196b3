"""One bench in a process of its own: a spawned process cannot find what `__main__` defines."""

import importlib
import resource
import sys
import time


def run_bench(name: str) -> None:
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        started = time.perf_counter()
        importlib.import_module(f"bench.{name}").run()
        seconds = time.perf_counter() - started
    finally:
        teardown_databases(databases, verbosity=0)
    unit = 1024**2 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(f"{name}: {seconds:.1f} s, peak memory {peak:.0f} MB")
