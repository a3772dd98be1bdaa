"""The assessment as a document: written, read back, and counted."""
