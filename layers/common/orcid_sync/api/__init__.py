"""The HTTP side of the product: routes, callers, errors, and bodies and answers, a module for each subject."""
