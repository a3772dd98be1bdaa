"""How answers become rows and gaps: what the connectors have in common."""
