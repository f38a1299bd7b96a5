import os

# The book's 2,000 steps unless the environment says otherwise.
STEPS = int(os.environ.get("PROGRAM_STEPS", "2000"))

# <head>

# <tail>
