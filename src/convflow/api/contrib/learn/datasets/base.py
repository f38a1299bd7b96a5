"""tf.contrib.learn.datasets.base"""

from convflow.datasets.batches import Datasets
from convflow.datasets.tables import Dataset, load_boston, load_csv_with_header, load_iris, maybe_download
