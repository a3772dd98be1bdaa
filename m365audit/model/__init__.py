"""Words and shapes every other package shares; no I/O."""
