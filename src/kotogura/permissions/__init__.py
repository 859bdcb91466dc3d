"""What each role of the template may do, read out of it and told in plain words."""
