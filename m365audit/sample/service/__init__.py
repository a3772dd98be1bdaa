"""The imitation of Graph, Exchange and the login service: strict by Microsoft's contract, blind to its client."""
