"""Graphs rewritten so that training sees the rounding of a quantized network (API: tf.contrib.quantize; Jacob et al.,
"Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference", arXiv 1712.05877)."""
