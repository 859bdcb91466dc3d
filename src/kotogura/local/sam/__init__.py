"""The SAM command line's containers, on the local stack: its endpoint, its table, its folder."""
