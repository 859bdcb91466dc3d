"""What each function runs: one module for each, so that none imports what another needs."""
