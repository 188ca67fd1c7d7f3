"""The readers' version: it goes with every figure, and raising it makes the next night read everything again."""

READER_VERSION = "2026.11.4"
