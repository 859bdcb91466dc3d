"""What people who search in Japanese expect, as cases that are run against the product."""
