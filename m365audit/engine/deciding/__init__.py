"""What people answer: which answers stand, whose matter it is, and what becomes of them."""
