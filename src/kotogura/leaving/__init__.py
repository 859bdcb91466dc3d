"""A tenant's leaving: all that is kept of it handed over, then erased with proof."""
