"""Who gets at mailboxes, where mail goes, and what guards and keeps it."""
