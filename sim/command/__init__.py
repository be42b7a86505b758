"""What a command line asks for, and what is printed. The grammar of `ccsim` stands in `sim/cli.py`."""
