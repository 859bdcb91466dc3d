"""Everything that knows AWS, a process or a file system; it implements what the rooms ask for."""
