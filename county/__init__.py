"""The hub at the county lead hospital."""

from importlib.metadata import version

__version__ = version("thdesk")
