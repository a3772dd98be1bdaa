"""This month against those before it."""
