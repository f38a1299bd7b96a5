"""tensorflow.python.training.slot_creator"""

from convflow.training.optimizers.slots import create_slot, create_slot_with_initializer, create_zeros_slot
