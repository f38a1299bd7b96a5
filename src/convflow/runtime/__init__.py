"""One Session.run: feeds, pruning, rewriting, scheduling, emitting, storing."""
