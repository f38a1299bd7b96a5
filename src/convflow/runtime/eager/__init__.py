"""Eager mode: operations that run when they are called.

Decision. Eager execution is a graph that keeps no nodes: `EagerGraph` stands where programs find the default graph,
and runs an operation at the moment another graph would make its node. So there is one record for each op in both
modes: `apply_op` converts inputs and infers attributes as ever, the op's kernel computes the outputs (made once for
each combination of attributes and input types, on a node whose inputs are unknown, so that nothing of one call can
show in the next), its shape rule words the error if the kernel fails, and its gradient function, written in public
functions, runs eagerly itself on an operation whose inputs and outputs are `EagerTensor`s.

`with tf.Graph().as_default():` is graph mode again because another graph is the default one; a function that is traced
(`Dataset.map`, `tfe.defun`) is a `FuncGraph` whose outer graph is the eager one, and captures eager tensors as it
captures tensors of any graph around it. Variables are resource variables whose handle holds the variable's slot.
`GradientTape` (`autodiff/tape.py`) takes note of operations that ran and walks back over them.
"""
