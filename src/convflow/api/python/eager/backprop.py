"""tensorflow.python.eager.backprop"""

from convflow.autodiff.function_gradients import gradients_function, make_vjp
from convflow.autodiff.function_gradients import implicit_gradients as implicit_grad
from convflow.autodiff.function_gradients import implicit_value_and_gradients as implicit_val_and_grad
from convflow.autodiff.function_gradients import value_and_gradients_function as val_and_grad_function
from convflow.autodiff.gradient_tape import GradientTape
