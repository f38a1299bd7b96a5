"""What the research models' packages (`nets`, ...) have otherwise than TF-Slim's modules of the same name."""
