"""Arithmetic, comparison, reduction and matrix product ops."""
