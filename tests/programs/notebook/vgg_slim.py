import tensorflow as tf

# The cell that defines the input is left empty.
images = tf.placeholder(tf.float32, [None, 224, 224, 3])

# <network>

print("predictions", predictions.shape)
print([variable.op.name for variable in slim.get_model_variables()][:2], len(slim.get_model_variables()))
print("regularized", len(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)))
