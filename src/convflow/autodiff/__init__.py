"""The reverse walk that builds gradient nodes; the rules stand with the ops."""
