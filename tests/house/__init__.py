"""The house keeps its own rules: who may import whom, how big a room may grow, what never stands in the code."""
