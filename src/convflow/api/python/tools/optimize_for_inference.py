"""tensorflow.python.tools.optimize_for_inference"""

from convflow.training.tool_commands import optimize_for_inference_main as run_main
