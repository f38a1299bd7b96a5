"""Sequences in a loop of the graph."""


def build(tf):
    rnn = tf.nn.rnn_cell
    known = tf.placeholder(tf.float32, [2, 4, 3])
    batch = tf.placeholder(tf.float32, [None, 4, 3])
    both = tf.placeholder(tf.float32, [None, None, 3])
    lengths = tf.placeholder(tf.int32, [None])
    long_lengths = tf.placeholder(tf.int64, [2])

    tf.nn.dynamic_rnn(rnn.BasicRNNCell(2), known, dtype=tf.float32)
    tf.nn.dynamic_rnn(rnn.BasicLSTMCell(2), batch, dtype=tf.float32, scope="batch")
    tf.nn.dynamic_rnn(rnn.GRUCell(2), both, lengths, dtype=tf.float32, scope="both")
    tf.nn.dynamic_rnn(rnn.LSTMCell(2), known, long_lengths, dtype=tf.float32, scope="lengths")
    tf.nn.dynamic_rnn(rnn.LSTMCell(2), known, [4, 2], dtype=tf.float32, scope="constants")
    tf.nn.dynamic_rnn(rnn.GRUCell(2), both, dtype=tf.float32, time_major=True, swap_memory=True, scope="major")
    cell = rnn.LSTMCell(2, use_peepholes=True, num_proj=3)
    tf.nn.dynamic_rnn(cell, both, lengths, initial_state=cell.zero_state(2, tf.float32), scope="state")
    stack = rnn.MultiRNNCell([rnn.DropoutWrapper(rnn.BasicLSTMCell(2), output_keep_prob=0.5), rnn.GRUCell(3)])
    with tf.variable_scope("model"):
        tf.nn.dynamic_rnn(stack, known, initial_state=stack.zero_state(2, tf.float32), parallel_iterations=4)
    double = tf.placeholder(tf.float64, [2, 4, 3])
    tf.nn.dynamic_rnn(rnn.GRUCell(2), double, dtype=tf.float64, scope="double")
    with tf.variable_scope("again", reuse=tf.AUTO_REUSE):
        tf.nn.dynamic_rnn(rnn.GRUCell(2, name="g"), known, dtype=tf.float32)
        tf.nn.dynamic_rnn(rnn.GRUCell(2, name="g"), known, dtype=tf.float32)

    class Pair(rnn.RNNCell):
        """Two inputs and two outputs."""

        state_size = (2, tf.TensorShape([3]))
        output_size = (2, 3)

        def call(self, inputs, state):
            w = tf.get_variable("w", [3, 2])
            one = tf.matmul(inputs[0], w) + state[0]
            return (one, inputs[1] + state[1]), (one, state[1])

    tf.nn.dynamic_rnn(Pair(), (known, known), dtype=tf.float32, scope="pair")
    tf.nn.dynamic_rnn(Pair(), (batch, batch), lengths, dtype=tf.float32, scope="pair_lengths")

    tf.nn.bidirectional_dynamic_rnn(rnn.GRUCell(2), rnn.LSTMCell(2), known, dtype=tf.float32)
    tf.nn.bidirectional_dynamic_rnn(
        rnn.GRUCell(2), rnn.GRUCell(3), both, lengths, dtype=tf.float32, time_major=True, scope="two"
    )
