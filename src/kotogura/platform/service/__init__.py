"""The API as a long-lived process: what API Gateway does for a function, done in front of it."""
