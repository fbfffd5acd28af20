"""placeholder"""
import re
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")


def is_snapshot_name(name: str) -> bool:
    """Whether this is a bare file name, without a path."""
    return bool(_NAME.match(name)) and len(name) <= 120
