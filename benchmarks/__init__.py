"""What the connector promises, measured; each module is a program of its own."""
