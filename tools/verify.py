#!/usr/bin/env python3
"""Checks an exported log (a C2SP tlog-tiles folder) with nothing but Python; see docs/log.md.
Exit 0: everything fits. Exit 1: something does not, and its place is printed."""
import argparse, base64, functools, hashlib, json, os, re, sys
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, I = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
def fail(text): sys.exit(print("NG 確認できません:", text) or 1)
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def b64(text): return base64.b64decode(text, validate=True)
def point(raw):  # Ed25519 as in RFC 8032; None if raw is no point of the curve
    y, sign = int.from_bytes(raw, "little") & 2**255 - 1, raw[31] >> 7
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    x = x if x * x % P == x2 else x * I % P
    return (x if x % 2 == sign else P - x, y) if y < P and x and x * x % P == x2 else None
def add(p, q):
    k, xx, yy = D * p[0] * q[0] * p[1] * q[1] % P, p[0] * q[0], p[1] * q[1]
    i = pow(1 - k * k, -1, P)
    return (p[0] * q[1] + p[1] * q[0]) * (1 - k) * i % P, (yy + xx) * (1 + k) * i % P
def mul(n, p):
    half = mul(n // 2, add(p, p)) if n > 1 else (0, 1)
    return add(half, p) if n % 2 else half
def signed(public, text, sig):
    a, r, s = point(public), point(sig[:32]), int.from_bytes(sig[32:], "little")
    h = int.from_bytes(hashlib.sha512(sig[:32] + public + text).digest(), "little") % L
    base = point(b"X" + b"f" * 31)
    return len(sig) == 64 and a and r and s < L and mul(s, base) == add(r, mul(h, a))
def vkey(text):  # name, public key, key id
    name, kid, raw = text.split("+", 2)
    key = name, b64(raw)[1:], sha(name.encode(), b"\n\1", b64(raw)[1:])[:4]
    return key if len(b64(raw)) == 33 and key[2].hex() == kid else fail("検証鍵が不正 / bad key: " + text)
def held_file(path):  # name, size, checkpoint note, lines of a .tlog-proof before it (or none)
    text = open(path, encoding="utf-8", newline="").read()
    head, _, note = text.partition("\n\n") if text.startswith("c2sp.org/tlog-") else ("", 0, text)
    size = re.match("[^\n]+\n([1-9][0-9]{0,18})\n", note)
    if not size: fail(path + ": 控えではないか0件です / no checkpoint, or of size 0")
    return int(size[1]), path, note, [s for s in head.split("\n")[1:] if not s.startswith("extra ")]
def checkpoint(path, note, key):  # origin and root, if the key signed them
    text, _, lines = note.rpartition("\n\n")
    sigs = [b64(s.split(" ")[2]) for s in lines.splitlines() if s.startswith("— %s " % key[0])]
    sigs = [s for s in sigs if s[:4] == key[2]]
    if not sigs or not all(signed(key[1], (text + "\n").encode(), s[4:]) for s in sigs):
        fail(path + ": その時の鍵で署名されていません / not signed by the key of its time")
    return text.split("\n")[0], b64(text.split("\n")[2])
def climb(i, n, node, path):  # root from a leaf and its inclusion proof, RFC 9162 section 2.1.3
    if n == 1: return node if i == 0 and not path else fail("証明が番号に合いません / bad proof")
    k, path, last = 1 << (n - 1).bit_length() - 1, path[:-1], path[-1]
    return sha(b"\1", climb(i, k, node, path), last) if i < k else (
        sha(b"\1", last, climb(i - k, n - k, node, path)))
def tile(folder, kind, n, width):
    path = "".join("x%03d/" % (n // 1000**i % 1000) for i in range(6, 0, -1) if n >= 1000**i)
    path += "%03d" % (n % 1000) + (".p/%d" % width if width < 256 else "")
    return open(os.path.join(folder, "tile", kind, path), "rb").read()
def leaves(folder, size):  # number, bytes and hash of each, compared with the stored hashes
    for i in range(size):
        if i % 256 == 0:
            data, stored = (tile(folder, k, i // 256, min(256, size - i)) for k in ("entries", "0"))
        end = 2 + int.from_bytes(data[:2], "big")
        leaf, data, own = data[2:end], data[end:], stored[i % 256 * 32:i % 256 * 32 + 32]
        if sha(b"\0", leaf) != own or data and (i % 256 == 255 or i + 1 == size):
            fail("受付番号 %d の記録が変わっています / entry changed" % i)
        yield i, leaf, own
def follow(i, r, key, before):  # one daicho leaf: the newest key, and the time
    if r["at"] < before or (r["kind"] == "open") != (i == 0):
        fail("受付番号 %d の時刻か種類が順番に合いません / time or kind out of order" % i)
    new, text = vkey(r["key"]) if "key" in r else key, "daicho key rotation v1\n%s\n%d\n"
    if new[0] != (key[0] if i else r["origin"]) or i and "key" in r and (new == key or not signed(
            key[1], (text % (r["key"], r["at"])).encode(), b64(r["sig"]))):
        fail("受付番号 %d の鍵が前の鍵で署名されていません / key not signed by the one before" % i)
    return new, r["at"]
def main(folder, kept, files):
    due = [held_file(f) for f in [os.path.join(folder, "checkpoint")] + files]
    size, edge, nodes, keys, key, at = due[0][0], [], [], set(), kept, 0
    for i, leaf, node in leaves(folder, size):
        if i == 0: ours = leaf.startswith(b"{") and json.loads(leaf).get("kind") == "open"
        if ours: key, at = follow(i, json.loads(leaf), key, at)
        keys.add(key or fail("検証鍵を --vkey で指定してください / the log names no key: give --vkey"))
        nodes.append(node)
        edge.append((0, node))
        while len(edge) > 1 and edge[-1][0] == edge[-2][0]:
            edge[-2:] = [(edge[-1][0] + 1, sha(b"\1", edge[-2][1], edge[-1][1]))]
        for _, path, note, proof in [d for d in due if d[0] == i + 1]:
            root = functools.reduce(lambda r, e: sha(b"\1", e[1], r), edge[-2::-1], edge[-1][1])
            if checkpoint(path, note, key) != (key[0] if ours else note.split("\n")[0], root):
                fail(path + ": 名前か値が記録と違います / origin or root differs from the entries")
            n = int(proof[0][6:]) if proof else 0
            if proof and climb(n, i + 1, nodes[n], [b64(h) for h in proof[1:]]) != root:
                fail(path + ": 証明が合いません / the proof does not fit")
    if max(due)[0] > size: fail(max(due)[1] + ": 控えより記録が少ない / fewer entries than held")
    if kept and kept not in keys: fail("指定の鍵はこのログの鍵ではありません / not a key of this log")
    print("OK 改ざんは見つかりません / verified %d entries, %d key(s), %d held file(s), last key %s+%s%s" % (
        size, len(keys), len(files), key[0], key[2].hex(), "" if kept else
        "\n注意 鍵はログ自身のものです。控えを --vkey で / WARNING: key taken from the log itself"))
if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("folder", metavar="DIR")
    ap.add_argument("--vkey", dest="kept", type=vkey)
    ap.add_argument("--checkpoint", "--proof", dest="files", action="append", default=[])
    try: main(**vars(ap.parse_args()))
    except (OSError, ValueError, LookupError, TypeError) as e: fail("読めません / unreadable: %r" % e)
