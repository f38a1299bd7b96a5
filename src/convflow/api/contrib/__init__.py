"""tf.contrib"""

from convflow.api.contrib import data, framework, layers, learn, opt, rnn, slim
