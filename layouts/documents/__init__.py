"""Documents people take along: values in, the bytes of a PDF out. No cache, no database."""
