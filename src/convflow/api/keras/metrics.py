"""tf.keras.metrics"""

from convflow.training.keras.losses import (
    binary_crossentropy,
    categorical_crossentropy,
    hinge,
    kullback_leibler_divergence,
    logcosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from convflow.training.keras.losses import cosine_similarity as cosine
from convflow.training.keras.losses import cosine_similarity as cosine_proximity
from convflow.training.keras.losses import kullback_leibler_divergence as KLD
from convflow.training.keras.losses import kullback_leibler_divergence as kld
from convflow.training.keras.losses import mean_absolute_error as MAE
from convflow.training.keras.losses import mean_absolute_error as mae
from convflow.training.keras.losses import mean_absolute_percentage_error as MAPE
from convflow.training.keras.losses import mean_absolute_percentage_error as mape
from convflow.training.keras.losses import mean_squared_error as MSE
from convflow.training.keras.losses import mean_squared_error as mse
from convflow.training.keras.losses import mean_squared_logarithmic_error as MSLE
from convflow.training.keras.losses import mean_squared_logarithmic_error as msle
from convflow.training.keras.metrics import (
    Accuracy,
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    Mean,
    MeanAbsoluteError,
    MeanSquaredError,
    Metric,
    RootMeanSquaredError,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    Sum,
    TopKCategoricalAccuracy,
    binary_accuracy,
    categorical_accuracy,
    get,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from convflow.training.keras.metrics_counts import (
    AUC,
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
    TrueNegatives,
    TruePositives,
)
from convflow.training.keras.metrics_more import (
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsolutePercentageError,
    MeanIoU,
    MeanRelativeError,
    MeanSquaredLogarithmicError,
    MeanTensor,
    Poisson,
    SparseTopKCategoricalAccuracy,
    SquaredHinge,
)
