"""The history of a space: what is filtered (`filters`), how words are found (`terms`), how it is paged (`paging`)."""
