"""The images as they are deployed: run by Docker and `sam local`, on a local stack of their own."""
