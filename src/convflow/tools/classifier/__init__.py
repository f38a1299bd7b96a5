"""From pictures in classes to a trained, measured, restorable classifier: what `convflow train` and its kin do."""
