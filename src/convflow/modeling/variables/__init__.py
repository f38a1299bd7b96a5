"""Variables, their scopes and their initializers."""
