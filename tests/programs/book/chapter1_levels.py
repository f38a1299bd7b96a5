import tensorflow as tf

# The functions are given without a use: one picture through each.
picture = tf.ones([1, 8, 8, 3])

# <low>

with tf.variable_scope("low"):
    # The bias has a value for each filter, so the filters' number is the last size of the weights.
    low = my_conv_2d(picture, [3, 3, 3, 4], 4, [1, 1, 1, 1])

# <high>

high = my_conv_2d(picture, 3, 4, 1)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    print("low", session.run(low).shape, "high", session.run(high).shape)
    print([variable.name for variable in tf.trainable_variables()])
