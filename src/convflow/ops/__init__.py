"""What a node can be: user function, shape rule, kernel and gradient of every op."""
