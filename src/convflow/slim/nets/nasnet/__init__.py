"""Networks that were found by search: NASNet-A and PNASNet-5, under the names of the research models."""
