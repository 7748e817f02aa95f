"""The process in which pictures are rendered (confined.py)."""

import sys

from aggregator.pictures.confined import work

if __name__ == "__main__":
    work(sys.stdin.buffer, sys.stdout.buffer)
