"""tf.keras.models"""

from convflow.training.keras.model import Model
from convflow.training.keras.models import clone_model, load_model, model_from_config, model_from_json, save_model
from convflow.training.keras.sequential import Sequential
