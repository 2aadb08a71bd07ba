"""Promises kept when answers are lost, processes are killed and people change things meanwhile."""
