# <train>

tf.reset_default_graph()

# The cell leaves the restoring to the reader: the graph comes from the checkpoint's own file.
# <restore>
