"""tf.contrib"""

from convflow.api.contrib import data, framework, layers, learn, metrics, opt, rnn, slim, tensorboard
