"""Optimizers, savers, summaries: what training needs around a model."""
