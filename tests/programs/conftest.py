"""The helpers beside the tests (`extract`, `training`) are plain modules, as the oracle's Python needs them."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent))
