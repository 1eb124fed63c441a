"""A file replaced in one step, on a disk that fails in the middle."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from desktop.models.replacing import write_whole
from desktop.models.storage_errors import DiskFull


def test_a_full_disk_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "甲镇-回执.thx"
    write_whole(file, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]
