"""Read pictures of pages (scans, photographs): straighten, find the tables' lines, recognise cell by cell."""
