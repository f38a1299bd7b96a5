"""Connectionist temporal classification: labels for sequences without their places in them."""
