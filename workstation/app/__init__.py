"""Composition root: the only package that names every concrete class. No logic.

Everything is built once, here, and passed on; nothing is found.
"""
