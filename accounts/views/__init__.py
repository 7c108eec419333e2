"""Pages of signing in, connecting and the list of connections."""
