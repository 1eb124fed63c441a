"""All tables of the office PC, found by importing every module that may declare one."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import MetaData

import desktop.models
from desktop.models.base import Base
from desktop.models.registers import all_registers


def metadata() -> MetaData:
    """Return the tables as the models declare them now."""
    all_registers()
    for module in pkgutil.iter_modules(desktop.models.__path__):
        if not module.ispkg:
            importlib.import_module(f"desktop.models.{module.name}")
    return Base.metadata
