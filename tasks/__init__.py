"""What is done: eight stages, each turning one noun into the next; no stage imports another."""
