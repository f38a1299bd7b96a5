"""tensorflow.python.training.moving_averages"""

from convflow.training.moving_averages import ExponentialMovingAverage, assign_moving_average, weighted_moving_average
