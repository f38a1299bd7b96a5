"""tf.keras.losses"""

from convflow.training.keras.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    Loss,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
    binary_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    cosine_similarity,
    get,
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
