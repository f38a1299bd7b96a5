"""tf.contrib.signal.python.ops.mfcc_ops"""

from convflow.ops.signal.features import mfccs_from_log_mel_spectrograms
