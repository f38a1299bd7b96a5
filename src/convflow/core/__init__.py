"""The vocabulary everything shares: errors, dtypes, shapes. Imports nothing of the package."""
