"""What each layer of a network makes, holds and costs.

`source` finds the graph, `shapes` and `fields` follow sizes and receptive fields through it, `parameters` finds the
variables that nodes use, `layers` puts nodes into rows, `report` prints them.
"""
