"""Networks by their published names, with the variables of their published checkpoints."""
