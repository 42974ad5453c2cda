"""How much of a file is read before it is refused. Checked before or while scanning, never after."""

FILE_BYTES = 5_000_000
FRONT_MATTER_CHARACTERS = 256_000
DEPTH = 32
NODES = 20_000
KEYS = 1_000
# Each costs a few microseconds in every edit of the body.
SECTIONS = 10_000
# Nobody writes more in one section. As HTML it can have thirty times its size, and beyond this it is shown as written.
SHOWN_CHARACTERS = 2_000_000
# YAML allows 1,024 with quotes and escapes.
KEY_CHARACTERS = 1_000
# Python refuses to print a number of more than 4,300 digits; nobody writes one of 1,000.
NUMBER_CHARACTERS = 1_000
