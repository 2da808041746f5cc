"""What `make bench` runs: exact counts, relative times, the use of the registry's limit, and what a month costs."""
