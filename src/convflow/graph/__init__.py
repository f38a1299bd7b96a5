"""What a program is: op records, operations, tensors, graphs, scopes, collections."""
