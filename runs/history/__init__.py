"""The history of a space: what is filtered by (`filters`), how words are found (`terms`), how it is paged (`paging`)."""
