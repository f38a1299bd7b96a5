# A picture to load, which the notebook has beside it: the three channels of each pixel are 10, 20 and 30.
import numpy as np

# <imageio>

imageio.imwrite("picture.png", np.full([4, 6, 3], [10, 20, 30], np.uint8))
picture = imageio.imread("picture.png")
# The cell of the blue channel holds a comment only.
print("picture", picture.shape, "blue", int(picture[0, 0, 2]))

# <imports>

# <dense>

# <convolution>

# <second>

# <reshape>

# <picture>

# <flat>

# The cells on pooling print headings; what they leave to the reader is done here.
print("Shape of conv2 feature maps before pooling: ", conv2.shape)
pooled = tf.nn.max_pool(conv2, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
print("Shape of conv2 feature maps after max pooling: ", pooled.shape)
averaged = tf.nn.avg_pool(conv2, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
print("Shape of conv2 feature maps after avg pooling: ", averaged.shape)

# <figure>

figure = tf.reshape(feature_map_fig, [1, 4, 4, 1])
largest = tf.nn.max_pool(figure, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
mean = tf.nn.avg_pool(figure, [1, 2, 2, 1], [1, 2, 2, 1], "SAME")
with tf.Session() as session:
    print("max", session.run(largest).ravel().tolist(), "avg", session.run(mean).ravel().tolist())
print("Shape of conv1 feature maps: ", conv1.shape)
strided = tf.nn.relu(tf.nn.conv2d(conv1, W2, strides=[1, 2, 2, 1], padding="SAME") + b2)
print("Shape of conv2 feature maps with stride of 2: ", strided.shape)
tf.reset_default_graph()
