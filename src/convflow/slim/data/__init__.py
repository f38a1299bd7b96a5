"""Data sets read by queues: readers in parallel, decoders of examples, providers of items (API: slim.data)."""
