"""Mailboxes: who may open them, where their mail goes, and what guards and keeps it."""
