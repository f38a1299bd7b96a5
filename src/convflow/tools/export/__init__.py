"""`convflow export`: networks as ONNX models, PyTorch modules and frozen graphs."""
