"""The losses before tf.losses, and summaries."""


def build(tf):
    slim = tf.contrib.slim
    logits = tf.placeholder(tf.float32, [None, 3], name="logits")
    labels = tf.placeholder(tf.float32, [None, 3], name="labels")
    weights = tf.constant([1.0, 0.0])
    losses = slim.losses
    losses.absolute_difference(logits, labels)
    losses.mean_squared_error(logits, labels, weights)
    losses.mean_squared_error(logits, labels, tf.ones([2, 1]), scope="column")
    losses.mean_squared_error(logits, labels, tf.ones([2, 3]), scope="each")
    losses.log_loss(logits, labels, epsilon=0.1)
    losses.hinge_loss(logits, labels)
    losses.sigmoid_cross_entropy(logits, labels, label_smoothing=0.1)
    losses.softmax_cross_entropy(logits, labels, weights=2.0)
    losses.softmax_cross_entropy(logits, labels, label_smoothing=0.1, scope="smooth")
    losses.sparse_softmax_cross_entropy(logits, tf.constant([[1], [2]]))
    losses.mean_pairwise_squared_error(logits, labels, weights)
    losses.cosine_distance(logits, labels, 1)
    slim.fully_connected(logits, 2, weights_regularizer=slim.l2_regularizer(0.1))
    losses.get_total_loss()
    images = tf.zeros([1, 4, 4, 3], name="images")
    total = slim.losses.get_losses()[0]
    slim.summaries.add_histogram_summaries(slim.get_model_variables(), prefix="model")
    slim.summaries.add_scalar_summary(total, "loss", print_summary=True)
    slim.summaries.add_scalar_summaries([total], "all")
    slim.summaries.add_image_summary(images, prefix="pictures")
    slim.summaries.add_zero_fraction_summaries([images])
    slim.summarize_tensors([total, images, tf.constant("text")])
    slim.summarize_variables("fully")
    tf.add_to_collection(tf.GraphKeys.ACTIVATIONS, tf.nn.relu6(images, name="six"))
    slim.summarize_activations()
    slim.fully_connected(logits, 2, scope="again")
