"""tf.keras.preprocessing.sequence"""

from convflow.datasets.sequences import make_sampling_table, pad_sequences, skipgrams
from convflow.training.keras.timeseries import TimeseriesGenerator
