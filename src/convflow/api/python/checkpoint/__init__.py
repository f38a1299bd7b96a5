"""tensorflow.python.checkpoint"""
