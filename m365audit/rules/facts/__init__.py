"""What rules look things up by: whose it is, when it was, which are meant, and what is known for certain."""
