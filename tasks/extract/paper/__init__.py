"""Paged documents (PDF, OFD): a page as ink, its tables read between lines and by position, the two held together."""
