"""Brings the application into an AWS account, and takes it out again."""
