"""Bytes on disk: records, events, tables, checkpoint bundles, graph protos. Imports only core."""
