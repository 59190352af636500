"""What pages show: values put together from queries, for templates and for the browser's code."""
