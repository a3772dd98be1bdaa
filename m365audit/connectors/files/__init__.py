"""Document libraries: what is in them, and with whom it is shared."""
