"""How much of a file is read before it is refused. Checked before or while scanning, never after."""

FILE_BYTES = 5_000_000
FRONT_MATTER_CHARACTERS = 256_000
DEPTH = 32
NODES = 20_000
KEYS = 1_000
