"""The processes of one machine: database, queue, web, model and their supervisor."""
