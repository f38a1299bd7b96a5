"""Probability distributions: numbers drawn from them, densities, moments."""
