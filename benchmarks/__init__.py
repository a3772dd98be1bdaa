"""How fast and how big: the audit held against a bare loop and against the typed SDK. Run by ``make bench``."""
