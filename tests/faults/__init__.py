"""Real processes, killed: `make test-faults`. What is done and what must hold is in docs/faults.md."""
