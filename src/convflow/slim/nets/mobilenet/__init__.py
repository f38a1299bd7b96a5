"""MobileNets whose layers are listed in a table (`nets.mobilenet` of the research models)."""
