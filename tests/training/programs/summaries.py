"""Summaries in the ways programs use them."""


def build(tf):
    loss = tf.placeholder(tf.float32, [], name="loss_value")
    values = tf.placeholder(tf.float32, [None, 4], name="values")
    pictures = tf.placeholder(tf.uint8, [None, 5, 5, 3], name="pictures")
    tf.summary.scalar("loss", loss)
    tf.summary.scalar("loss", loss)
    tf.summary.scalar("a b!", loss, family="fam ily")
    tf.summary.scalar("count", 3)
    variable = tf.Variable([1.0], name="variable")
    with tf.name_scope("scope"):
        tf.summary.histogram("values", values)
        tf.summary.histogram("values", variable, family="F")
        tf.summary.image("pictures", pictures)
        tf.summary.image("/one", pictures, max_outputs=1, collections=["other"])
    tf.summary.text("text", tf.constant("hello"))
    merged = tf.summary.merge_all()
    tf.summary.merge_all(scope="scope")
    tf.summary.merge_all("other")
    tf.summary.merge([merged], collections=["merged"], name="again")
