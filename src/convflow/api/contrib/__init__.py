"""tf.contrib"""

from convflow.api.contrib import data, eager, framework, layers, learn, metrics, opt, rnn, slim, tensorboard
