"""What an audit would be able to see, and what would let it see more."""
