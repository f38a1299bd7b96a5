"""Optimisations of a plan, one file each."""
