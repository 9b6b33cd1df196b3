"""`python -m bench [name]`: each bench in a process of its own, so that memory peaks are its own."""

import importlib
import multiprocessing
import resource
import sys
import time
from pathlib import Path


def _run(name: str) -> None:
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


def main() -> int:
    known = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    wanted = sys.argv[1:] or known
    if unknown := set(wanted) - set(known):
        print(f"No such bench: {', '.join(sorted(unknown))}. There are: {', '.join(known) or 'none yet'}.")
        return 2
    failed = []
    for name in wanted:
        process = multiprocessing.get_context("spawn").Process(target=_run, args=(name,))
        process.start()
        process.join()
        if process.exitcode:
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
