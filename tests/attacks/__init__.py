"""Attacks of one tenant on another, in families; each must show, change and remove nothing."""
