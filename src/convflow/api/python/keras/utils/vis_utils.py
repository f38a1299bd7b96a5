"""tensorflow.python.keras.utils.vis_utils"""

from convflow.training.keras.drawing import model_to_dot, plot_model
