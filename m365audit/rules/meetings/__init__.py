"""Meetings, and how Teams sets them up."""
