"""tensorflow.python.ops.signal.mfcc_ops"""

from convflow.ops.signal.features import mfccs_from_log_mel_spectrograms
