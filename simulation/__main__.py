"""`python -m simulation FOLDER`: write the demo's files, to look at them or to load them by hand."""

import argparse
from pathlib import Path

from simulation.field import SEED, write_demo_field


def main() -> None:
    """Read the arguments, write the field."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description="Write a simulated measurement field.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--years", type=int, default=2)
    arguments = parser.parse_args()
    write_demo_field(arguments.folder, seed=arguments.seed, years=arguments.years)


if __name__ == "__main__":
    main()
