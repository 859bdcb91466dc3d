"""Entry point of the trainer's container: one training of one tenant, then the process ends."""

import sys

from kotogura.platform.trainer import main

if __name__ == "__main__":
    sys.exit(main())
