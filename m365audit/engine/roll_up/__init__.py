"""Many councils' month as one."""
