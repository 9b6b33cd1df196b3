"""The kernel's fence around a process: nothing written, nobody called, no other process looked into.

Source: Landlock, https://docs.kernel.org/userspace-api/landlock.html. What is already open stays usable.
"""

import ctypes
import os
import sys

_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_VERSION = 1
_NO_NEW_PRIVILEGES = 38

# Rights that are asked for and given to nothing are refused everywhere: to run a file, to write or
# remove one, and to make one of any type.
_RUN_OR_WRITE = sum(1 << bit for bit in (0, 1, *range(4, 13)))
_TRUNCATE = 1 << 14
_BIND_OR_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


def raise_fence() -> bool:
    """Around this process, for good. False where the kernel has none (before Linux 5.13, or no Linux).

    A process inside may not look into one outside: the environment of whoever started it stays unread, even
    by the same user. Each newer kernel refuses more: cutting files (6.2), calls by TCP (6.7), sockets without
    a file and signals (6.12).
    """
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))
    if version < 1:
        return False
    asked = _Ruleset(
        files=_RUN_OR_WRITE | (_TRUNCATE if version >= 3 else 0),
        network=_BIND_OR_CONNECT if version >= 4 else 0,
        scoped=_ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0,
    )
    known = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _checked(
        libc.syscall(_CREATE_RULESET, ctypes.byref(asked), ctypes.c_size_t(known), ctypes.c_uint32(0))
    )
    try:
        _checked(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
        _checked(libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0)))
    finally:
        os.close(rules)
    return True


def _checked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer
