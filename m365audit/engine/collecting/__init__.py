"""Bring the evidence together, go on where a run was stopped, and change nothing."""
