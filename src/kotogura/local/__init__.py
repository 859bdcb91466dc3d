"""The embedded AWS for a laptop: real template, state machines and handlers, one process each."""
