"""Two fictional councils, and a Microsoft 365 in small to audit them in."""
