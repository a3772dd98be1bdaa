"""What is kept, for how long, under which lock, and whether it is still as it was written."""
