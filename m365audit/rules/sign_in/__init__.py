"""Whether signing in takes a second step, and what passwords are worth."""
