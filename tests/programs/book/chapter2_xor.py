# The book leaves the first weights open, and from some of them 10,000 steps do not end: this seed's do.
import tensorflow as tf

tf.set_random_seed(1)

# <program>

# The book shows the curve of the loss: its end, and the four answers.
print("Final loss:", sess.run(cost, feed_dict={x_: XOR_X, y_: XOR_Y}))
print("Answers:", sess.run(H_OUT, feed_dict={x_: XOR_X}).round().ravel().tolist())
writer.close()
