"""Task templates: reusable agent tasks with immutable versions.

`content` and `resolving` are pure; `queries`, `access`, `actions` and `forms` keep to the layers of those names.
"""
