"""The sample councils, and the imitation of Graph, Exchange and the login service that serves them."""
