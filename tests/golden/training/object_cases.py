"""Objects that are saved, the same under TensorFlow and here."""

import numpy as np


def values(variables):
    return [np.random.RandomState(i).uniform(-1, 1, v.shape.as_list()).astype("f") for i, v in enumerate(variables)]


def stack(tf):
    """A model of layers one after the other, trained by an optimizer of Keras."""
    k = tf.keras
    layers = [k.layers.Dense(2, input_shape=(3,)), k.layers.BatchNormalization(), k.layers.ReLU(), k.layers.Dense(1)]
    model = k.Sequential(layers)
    model.compile(k.optimizers.Adam(0.1), "mse")
    return model


def fit(model):
    model.fit(np.ones((4, 3), "f"), np.ones((4, 1), "f"), verbose=0)


def program(tf):
    """What programs of eager mode save: a model that is a class, an optimizer of tf.train, a step."""
    k = tf.keras

    class Net(k.Model):
        def __init__(self):
            super().__init__()
            self.first = k.layers.Dense(3)
            self._more = [k.layers.Dense(2), k.layers.Dense(1)]
            self.by_name = {"a/b.c": k.layers.LSTM(2)}
            self.both = k.layers.Bidirectional(k.layers.GRU(2))
            self.scale = tf.Variable(3.0)
            self.each = k.layers.TimeDistributed(k.layers.Dense(2))

        def call(self, inputs):
            z = tf.ones([1, 2, 2])
            parts = [layer(z) for layer in (self.by_name["a/b.c"], self.both, self.each)]
            output = self._more[1](self._more[0](self.first(inputs))) * self.scale
            return output + tf.add_n([tf.reduce_sum(part) for part in parts])

    model, optimizer = Net(), tf.train.MomentumOptimizer(0.1, 0.9)
    step = tf.train.get_or_create_global_step()
    return tf.train.Checkpoint(model=model, optimizer=optimizer, step=step), model, optimizer, step


def train(tf, model, optimizer, step):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(tf.ones([2, 3])))
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True), global_step=step)


def edges(graph):
    """The named ways between nodes that lead to variables, and slots, without the nodes' numbers."""
    keys = {i: [a.checkpoint_key for a in node.attributes] for i, node in enumerate(graph.nodes)}
    found = []
    for node in graph.nodes:
        found += [[child.local_name, *keys[child.node_id]] for child in node.children if keys[child.node_id]]
        found += [
            [*keys[slot.original_variable_node_id], slot.slot_name, *keys[slot.slot_variable_node_id]]
            for slot in node.slot_variables
        ]
    return sorted(found)
