"""tf.keras.preprocessing"""

from convflow.api.keras.preprocessing import image, sequence, text
