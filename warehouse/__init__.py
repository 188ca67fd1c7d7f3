"""What is kept: the archive, the tables and views, and the reading of rows back into records."""
