"""Meetings in calendars, and what Teams says of them."""
