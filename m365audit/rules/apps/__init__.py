"""Apps and other organisations that get at what is the council's."""
