"""What is shared and with whom, who is in which site, and what does not belong there."""
