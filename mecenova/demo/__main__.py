"""`python -m mecenova.demo`, which is `make demo`."""

import sys

from mecenova.demo.supervisor import main

if __name__ == "__main__":
    sys.exit(main())
