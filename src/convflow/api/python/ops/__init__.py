"""tensorflow.python.ops: TensorFlow's inner modules, as far as programs import them"""
