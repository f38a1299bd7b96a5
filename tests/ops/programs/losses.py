"""Losses of elements and of classes in their variants."""


def build(tf):
    x = tf.placeholder(tf.float32, [None, 3])
    unknown = tf.placeholder(tf.float32)
    full = tf.placeholder(tf.float32, [2, 4, 3])
    half = tf.placeholder(tf.float16, [None, 3])
    rows = tf.placeholder(tf.int64, [None])

    tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=x)
    tf.nn.sigmoid_cross_entropy_with_logits(labels=[[0.0, 1.0]], logits=unknown, name="logistic")
    tf.nn.weighted_cross_entropy_with_logits(x, x, 2.0)
    tf.nn.weighted_cross_entropy_with_logits(targets=x, logits=x, pos_weight=unknown, name="weighted")
    tf.nn.log_poisson_loss(x, x)
    tf.nn.log_poisson_loss(x, x, True, name="poisson")
    tf.nn.log_poisson_loss([[1.0, 2.0]], unknown, True)
    tf.nn.l2_loss(x)
    tf.nn.l2_loss(unknown, name="l2")

    for function in (tf.nn.softmax_cross_entropy_with_logits, tf.nn.softmax_cross_entropy_with_logits_v2):
        function(labels=x, logits=x)
        function(labels=full, logits=full, name="rank3")
        function(labels=half, logits=half)
        function(labels=unknown, logits=unknown)
        function(labels=full, logits=full, dim=1)
        function(labels=tf.placeholder(tf.int32, [2, 3]), logits=tf.placeholder(tf.float32, [2, 3]), dim=0)
        function(labels=tf.placeholder(tf.float32, [3]), logits=tf.placeholder(tf.float32, [3]))
    call = tf.nn.sparse_softmax_cross_entropy_with_logits
    call(labels=rows, logits=x)
    call(labels=rows, logits=x, name="sparse")
    call(labels=rows, logits=half)
    call(labels=tf.placeholder(tf.int32, [2, 4]), logits=full, name="sparse3")
    call(labels=tf.placeholder(tf.int32, [None, None]), logits=tf.placeholder(tf.float32, [None, None, None]))
    call(labels=tf.placeholder(tf.int32), logits=unknown)
    call(labels=tf.placeholder(tf.int32, []), logits=tf.placeholder(tf.float32, [3]))
    call(labels=[1, 0], logits=[[1.0, 2.0], [3.0, 4.0]])
