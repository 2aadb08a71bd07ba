"""Tests of the matching room."""
