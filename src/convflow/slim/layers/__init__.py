"""Layers as functions: each opens a scope, makes its variables there, normalizes and activates."""
