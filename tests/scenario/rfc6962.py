"""An own reading of RFC 6962 section 2.1, written without looking at the program: the root of a
tlog-tiles export from nothing but its entry bundles."""
import hashlib, pathlib


def bundles(folder):
    """The files of tile/entries in order: full ones, then the last partial one."""
    base = pathlib.Path(folder) / "tile" / "entries"
    found = {}
    for path in base.rglob("*"):
        if not path.is_file():
            continue
        parts = list(path.relative_to(base).parts)
        width = 256
        if parts[-2:-1] and parts[-2].endswith(".p"):
            width = int(parts.pop())
            parts[-1] = parts[-1][:-2]
        number = 0
        for part in parts:
            number = number * 1000 + int(part.lstrip("x"))
        if width > found.get(number, (0, None))[0]:
            found[number] = width, path
    return [found[n][1] for n in sorted(found)]


def leaves(folder):
    for path in bundles(folder):
        data = path.read_bytes()
        at = 0
        while at < len(data):
            size = int.from_bytes(data[at:at + 2], "big")
            yield data[at + 2:at + 2 + size]
            at += 2 + size


def root(entries):
    """MTH(D[n]) exactly as the RFC writes it."""
    n = len(entries)
    if n == 0:
        return hashlib.sha256(b"").digest()
    if n == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = 1
    while k * 2 < n:
        k *= 2
    return hashlib.sha256(b"\1" + root(entries[:k]) + root(entries[k:])).digest()
