"""Variables, layers and losses: what a model is made of."""
