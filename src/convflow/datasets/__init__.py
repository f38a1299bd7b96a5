"""Named data sets: where to look, how to verify, download and read them."""
