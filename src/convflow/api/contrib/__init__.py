"""tf.contrib"""

from convflow.api.contrib import learn
