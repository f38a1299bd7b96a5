"""A loop that the program controls."""


def build(tf):
    inputs = tf.placeholder(tf.float32, [5, None, 3])
    lengths = tf.placeholder(tf.int32, [None])
    array = tf.TensorArray(tf.float32, 5).unstack(inputs)

    def loop_for(cell, emit=None, loop_state=None, batch_size=None):
        def loop(time, output, state, counted):
            if batch_size is None:
                finished = time >= lengths
            else:
                finished = tf.fill([batch_size], time >= 5)
            if output is None:
                emitted = emit
                state = cell.zero_state(tf.shape(lengths)[0] if batch_size is None else batch_size, tf.float32)
                counted = loop_state
            else:
                emitted = output if emit is None else output * 2.0
                counted = None if counted is None or loop_state is None else counted + 1
            if batch_size is None:
                inputs = tf.cond(
                    tf.reduce_all(finished), lambda: tf.zeros([tf.shape(lengths)[0], 3]), lambda: array.read(time)
                )
                inputs.set_shape([None, 3])
            else:
                inputs = tf.ones([batch_size, 3])
            return finished, inputs, state, emitted, counted

        return loop

    cell = tf.nn.rnn_cell.LSTMCell(2)
    arrays, _, _ = tf.nn.raw_rnn(cell, loop_for(cell))
    arrays.stack()
    cell = tf.nn.rnn_cell.GRUCell(2)
    tf.nn.raw_rnn(cell, loop_for(cell, tf.zeros([2]), tf.constant(0), 2), scope="emitting")
