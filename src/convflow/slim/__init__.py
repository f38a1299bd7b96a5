"""TF-Slim: layers with defaults by scope, networks made of them, and the loops that train and judge them."""
