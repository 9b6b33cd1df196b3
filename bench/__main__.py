"""`python -m bench [name]`: each bench in a process of its own, so that memory peaks are its own."""

import multiprocessing
import sys
from pathlib import Path

from bench._process import run_bench


def main() -> int:
    known = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    wanted = sys.argv[1:] or known
    if unknown := set(wanted) - set(known):
        print(f"No such bench: {', '.join(sorted(unknown))}. There are: {', '.join(known) or 'none yet'}.")
        return 2
    failed = []
    for name in wanted:
        process = multiprocessing.get_context("spawn").Process(target=run_bench, args=(name,))
        process.start()
        process.join()
        if process.exitcode:
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
