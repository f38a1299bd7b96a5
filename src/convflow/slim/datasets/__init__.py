"""Data sets as TensorFlow's research models keep them."""
