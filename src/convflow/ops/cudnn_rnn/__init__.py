"""Recurrent networks of several layers in one node (ops: CudnnRNN and its kin)."""
