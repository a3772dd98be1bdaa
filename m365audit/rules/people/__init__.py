"""Accounts and those who hold them: staff, councillors, guests, leavers and administrators."""
