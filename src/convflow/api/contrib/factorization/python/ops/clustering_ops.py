"""tf.contrib.factorization.python.ops.clustering_ops"""

from convflow.modeling.clustering.initial import KMC2_INIT, KMEANS_PLUS_PLUS_INIT, RANDOM_INIT
from convflow.modeling.clustering.kmeans import CLUSTERS_VAR_NAME, COSINE_DISTANCE, SQUARED_EUCLIDEAN_DISTANCE, KMeans
