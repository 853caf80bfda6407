"""Requests that a program may send twice and that take effect once."""
