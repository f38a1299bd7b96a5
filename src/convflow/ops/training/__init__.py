"""Updates of variables in place: the nodes that optimizers end in, a file per family."""
