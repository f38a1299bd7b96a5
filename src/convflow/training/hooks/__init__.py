"""Hooks of monitored sessions: logging, stopping, saving, counting."""
