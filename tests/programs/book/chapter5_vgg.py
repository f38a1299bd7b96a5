import numpy as np
import tensorflow as tf


# The class around the method is not shown.
class VGG:
    # <head>
            # <tail>


network = VGG()
network.build_graph()
count = sum(int(np.prod(v.shape.as_list())) for v in tf.trainable_variables())
print("parameters", count, "predictions", network.predictions.shape)
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    probabilities = session.run(network.predictions, feed_dict={"X:0": np.ones([1, 224, 224, 3])})
print("sum of probabilities %.4f" % probabilities.sum())
