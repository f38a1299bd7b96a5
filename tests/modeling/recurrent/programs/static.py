"""Sequences step after step in the graph."""


def build(tf):
    rnn = tf.nn.rnn_cell
    known = tf.unstack(tf.placeholder(tf.float32, [2, 3, 4]), axis=1)
    batch = tf.unstack(tf.placeholder(tf.float32, [None, 3, 4]), 3, 1)
    lengths = tf.placeholder(tf.int32, [None])

    tf.nn.static_rnn(rnn.BasicLSTMCell(2, forget_bias=1.0), known, dtype=tf.float32)
    tf.nn.static_rnn(rnn.GRUCell(2), batch, dtype=tf.float32, scope="batch")
    tf.nn.static_rnn(rnn.LSTMCell(2), batch, dtype=tf.float32, sequence_length=lengths, scope="lengths")
    tf.nn.static_rnn(rnn.BasicRNNCell(2), known, dtype=tf.float32, sequence_length=[3, 1], scope="constants")
    cell = rnn.MultiRNNCell([rnn.GRUCell(2), rnn.ResidualWrapper(rnn.BasicRNNCell(2))])
    tf.nn.static_rnn(cell, known, initial_state=cell.zero_state(2, tf.float32), scope="state")
    tf.nn.static_bidirectional_rnn(rnn.BasicLSTMCell(2), rnn.BasicLSTMCell(2), batch, dtype=tf.float32)
    tf.nn.static_bidirectional_rnn(
        rnn.GRUCell(2), rnn.GRUCell(3), known, dtype=tf.float32, sequence_length=[3, 2], scope="two"
    )

    class Saver:
        """Keeps one state in a variable."""

        def state(self, name):
            return tf.get_variable(name, [2, 2], initializer=tf.zeros_initializer(), trainable=False)

        def save_state(self, name, value):
            with tf.variable_scope(tf.get_variable_scope(), reuse=True):
                return tf.assign(tf.get_variable(name, [2, 2]), value).op

    tf.nn.static_state_saving_rnn(rnn.GRUCell(2), known, Saver(), "kept", scope="saved")
    tf.nn.static_state_saving_rnn(rnn.LSTMCell(2), known, Saver(), ("c", "h"), scope="saved_pair")
