"""What a graph's nodes cost, as tf.profiler counts it."""
