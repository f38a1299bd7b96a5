"""What is measured: one module a network or a piece of the machinery, each written once for all graph engines."""
