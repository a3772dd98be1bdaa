"""Who there is and how they sign in: accounts, groups, roles, apps, and the rules of the tenant."""
