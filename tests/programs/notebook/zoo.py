import tensorflow as tf

# <download>

# Pictures, which the cell leaves open.
pictures = tf.random_uniform([1, 224, 224, 3], maxval=255.0)

# <network>

with tf.Session() as session:
    init_fn(session)
    print("probabilities", session.run(probabilities).shape)
