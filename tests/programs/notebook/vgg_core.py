import tensorflow as tf

# The cell that defines the input is left empty.
images = tf.placeholder(tf.float32, [None, 224, 224, 3])

# <first>
# <second>
# <third>
# <last>

print("predictions", predictions.shape, "nodes", len(tf.get_default_graph().get_operations()))
