"""Checkpoints of objects: what a program's objects hold, found by the names under which they hold it."""
