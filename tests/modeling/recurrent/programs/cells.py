"""Every cell called by itself, in its variants."""


def build(tf):
    rnn = tf.nn.rnn_cell
    x = tf.placeholder(tf.float32, [4, 3])
    unknown = tf.placeholder(tf.float32, [None, 3])
    double = tf.placeholder(tf.float64, [4, 3])

    def run(name, cell, inputs=x, batch_size=4, dtype=tf.float32):
        with tf.variable_scope(name):
            cell(inputs, cell.zero_state(batch_size, dtype))

    run("basic", rnn.BasicRNNCell(2))
    run("basic_relu", rnn.BasicRNNCell(2, activation=tf.nn.relu, name="mine"))
    run("basic_double", rnn.BasicRNNCell(2, dtype=tf.float64), double, dtype=tf.float64)
    run("gru", rnn.GRUCell(2))
    run("gru_init", rnn.GRUCell(2, "relu", None, tf.zeros_initializer(), tf.ones_initializer()))
    run("gru_unknown", rnn.GRUCell(2), unknown, tf.shape(unknown)[0])
    run("lstm_basic", rnn.BasicLSTMCell(2))
    run("lstm_basic_bias", rnn.BasicLSTMCell(2, forget_bias=0.0, activation=tf.nn.relu), unknown, tf.shape(unknown)[0])
    run("lstm_basic_joined", rnn.BasicLSTMCell(2, state_is_tuple=False))
    run("lstm", rnn.LSTMCell(2))
    run("lstm_peep", rnn.LSTMCell(2, use_peepholes=True, initializer=tf.random_normal_initializer(seed=1)))
    run("lstm_proj", rnn.LSTMCell(5, num_proj=2, proj_clip=0.5, cell_clip=3.0, use_peepholes=True))
    run("lstm_joined", rnn.LSTMCell(2, num_proj=3, state_is_tuple=False, forget_bias=0.5))
    run("lstm_shards", rnn.LSTMCell(3, num_unit_shards=2, num_proj=2, num_proj_shards=3))
    run("lstm_double", rnn.LSTMCell(2, dtype=tf.float64), double, dtype=tf.float64)
    run("multi", rnn.MultiRNNCell([rnn.BasicLSTMCell(2), rnn.GRUCell(3)]))
    run("multi_joined", rnn.MultiRNNCell([rnn.GRUCell(2), rnn.GRUCell(3)], state_is_tuple=False))
    run("dropout", rnn.DropoutWrapper(rnn.BasicLSTMCell(2), 0.5, 0.7, 0.9, seed=3))
    keep = tf.placeholder(tf.float32, [])
    run("dropout_fed", rnn.DropoutWrapper(rnn.GRUCell(2), input_keep_prob=keep, output_keep_prob=keep))
    run("dropout_none", rnn.DropoutWrapper(rnn.GRUCell(2), output_keep_prob=1.0))
    variational = rnn.DropoutWrapper(
        rnn.LSTMCell(2), 0.5, 0.7, 0.9, variational_recurrent=True, input_size=3, dtype=tf.float32, seed=4
    )
    run("dropout_same", variational)
    visited = rnn.DropoutWrapper(
        rnn.MultiRNNCell([rnn.GRUCell(2), rnn.LSTMCell(2)]),
        state_keep_prob=0.5,
        dropout_state_filter_visitor=lambda part: True,
    )
    run("dropout_visited", visited)
    run("residual", rnn.ResidualWrapper(rnn.GRUCell(3)))
    run("residual_fn", rnn.ResidualWrapper(rnn.GRUCell(2), lambda i, o: o * 2.0))
    run("device", rnn.DeviceWrapper(rnn.GRUCell(2), "/cpu:0"))

    shared = rnn.GRUCell(3)
    with tf.variable_scope("twice"):
        output, state = shared(x, shared.zero_state(4, tf.float32))
        shared(output, state)
    cell = rnn.LSTMCell(2, name="named")
    cell(x, cell.get_initial_state(inputs=x))
    cell(unknown, cell.get_initial_state(batch_size=tf.shape(unknown)[0], dtype=tf.float32))
    with tf.variable_scope("outer", reuse=tf.AUTO_REUSE):
        for _ in range(2):
            again = rnn.GRUCell(2, name="auto")
            again(x, again.zero_state(4, tf.float32))
    again = rnn.BasicRNNCell(2)
    again(x, again.zero_state(4, tf.float32), "scoped")

    class Own(rnn.RNNCell):
        """A cell as programs write them."""

        state_size = 2
        output_size = 2

        def call(self, inputs, state):
            w = tf.get_variable("w", [3, 2])
            new = tf.tanh(tf.matmul(inputs, w) + state)
            return new, new

    own = Own()
    output, state = own(x, own.zero_state(4, tf.float32))
    own(x, state)
    Own()(x, state, scope="given")
    run("own_stacked", rnn.MultiRNNCell([Own(), rnn.BasicRNNCell(2)]))
    run("own_residual", rnn.DropoutWrapper(Own(), output_keep_prob=0.5))
    assert len(own.trainable_weights) == 1
