"""The CNN systems, one family per file, written in the public API."""
