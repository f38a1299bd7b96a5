"""The works' twins in eager PyTorch: the same layers and parameters, as a PyTorch user writes them."""
