from math import ceil

import tensorflow as tf

# Inputs for listings that are given without any.
some_input_layer = tf.ones([2, 28, 28, 3])
spatial_tensor_in = input_layer = some_input_layer

# <reshape>

# <conv>

# <pool>

some_input_layer = reshaped_input_to_dense_layer

# <dense>

logits = tf.layers.dense(dense_layer, 10)
labels = tf.constant([3, 4])
global_step = 1

# <loss>

# The sizes that `conv1` above, and the same with VALID padding, would have.
in_height = in_width = 28
filter_height = filter_width = 5
strides = [1, 1, 1, 1]

# <padding>

# <summaries>

print("dense", dense_layer.shape, "conv", conv1.shape, "valid", (out_height, out_width))
train_writer.close()
