# <cifar10>

# Inputs for listings that are given without any.
labels_in = tf.one_hot([1, 2], 10)
model_prediction = model_logits = tf.zeros([2, 10])

# <sigmoid>

several = loss

# <softmax>

with tf.Session() as session:
    # ln 2 and ln 10: what an undecided network loses.
    print("losses: %.4f %.4f" % tuple(session.run([several, loss])))
