"""Collect, evaluate, report: wired by what connectors and rules declare."""
