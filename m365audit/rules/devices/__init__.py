"""Computers, tablets and phones."""
