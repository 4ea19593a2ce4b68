"""`python -m bench`."""

import sys

if __name__ == "__main__":
    try:
        from bench.cli.main import main
    except KeyboardInterrupt:  # while the libraries are still being imported
        sys.exit(1)
    main()
