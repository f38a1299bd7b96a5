"""Ops that make, shape and move arrays."""
