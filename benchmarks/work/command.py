"""Run the command line as its script does."""

from ionq_data.cli import main

if __name__ == "__main__":
    main()
