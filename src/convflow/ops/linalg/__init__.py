"""Linear algebra over the last two axes: products, norms, solutions, decompositions, functions of matrices."""
