"""tensorflow.python.training: TensorFlow's inner modules, as far as programs import them"""
