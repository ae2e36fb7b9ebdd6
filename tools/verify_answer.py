#!/usr/bin/env python3
"""Checks a complete answer about access events (JSON) with nothing but Python; see docs/trail.md.
Exit 0: nothing was left out or changed. Exit 1: something does not fit."""
import argparse, hmac, json, os, re, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from verify import checkpoint, climb, fail, sha, vkey
ZERO, EMPTY = b"\0" * 32, sha(b"")
def h(text, size=32):  # bytes of a hash or tag written in hex
    return bytes.fromhex(text) if len(text) == 2 * size else fail("値の形が不正 / bad hash: " + text)
def commit(salt, tag, text): return sha(b"\2", h(salt), tag.encode() + b"\0", text.encode())
def tag(key, word, value, size): return hmac.digest(key, (word + "\0" + value).encode(), "sha256")[:size]
def fact(doc, op, key):  # content of a fact of the main log, proven by the checkpoint in the proof
    head, _, note = doc["log"].partition("\n\n")
    lines = [s for s in head.split("\n")[1:] if s]
    extra = [s[6:] for s in lines if s.startswith("extra ")]
    index, path = int(lines[len(extra)][6:]), [b64(s) for s in lines[len(extra) + 1:]]
    raw, size = b64(extra[0]), int(re.match("[^\n]+\n([1-9][0-9]*)\n", note)[1])
    leaf, (origin, root) = json.loads(raw), checkpoint("checkpoint", note, key)
    if climb(index, size, sha(b"\0", raw), path) != root: fail("主の記録に含まれません / not in the log")
    if (leaf["kind"], leaf["op"]) != ("trail", op) or leaf["parts"] != {
            "internal": commit(doc["salt"], "internal", doc["content"]).hex()}:
        fail("主の記録の内容が違います / the content is not that of the leaf")
    return json.loads(doc["content"])
def b64(text): return __import__("base64").b64decode(text, validate=True)
def entry(e, patient=None):  # the 40 bytes that are hashed
    return (patient or h(e["patient"], 16)) + e["at"].to_bytes(8, "big") + h(e["user"], 8) + (
        e["seq"].to_bytes(8, "big"))
def root_of(leaves, first, start, count, path):  # of a range of leaves and the hashes beside it
    if start >= first + len(leaves) or start + count <= first: return path.pop(0)
    if count == 1: return leaves[start - first]
    k = 1 << (count - 1).bit_length() - 1
    left = root_of(leaves, first, start, k, path)
    return sha(b"\1", left, root_of(leaves, first, start + k, count - k, path))
def opened(e, doc, part, close, key):  # the event behind an entry is in the month and says the same
    ev, leaf = e["event"], json.loads(e["event"]["leaf"])
    who = json.loads(ev["who"])
    parts = commit(ev["salt"], "who", ev["who"]), h(ev["detail"]), h(ev["raw"])
    node = sha(b"\0", ev["leaf"].encode())
    if climb(e["seq"], close["size"], node, [h(p) for p in ev["path"]]) != h(close["root"]):
        fail("%d番目は月の証跡にありません / event not in the month" % e["seq"])
    if sha(b"\4", *parts).hex() != leaf["commit"] or leaf["keep"] != part["keep"] or (
            who.get("patient") != doc["patient"] or who.get("at", leaf["at"]) != e["at"] or h(e["user"], 8) !=
            (tag(key, "user", who["user"], 8) if "user" in who else bytes(8))):
        fail("%d番目の利用者・患者・時刻が違います / event differs" % e["seq"])
def shown(part, known, doc, close):  # number of accesses in one retention class
    key, size, first, shown = h(part["key"]), known["count"], part["first"], part["entries"]
    patient, low = tag(key, "patient", doc["patient"], 16), part["first"] > 0
    if sha(key) != h(known["key"]): fail("月の鍵が違います / another tag key")
    if ("before" in part) != low or ("after" in part) != (first + len(shown) < size):
        fail("前後の1件がありません / a neighbour is missing")
    rows = [entry(part["before"])] if low else []
    rows += [entry(e, patient) for e in shown] + ([entry(part["after"])] if "after" in part else [])
    start, end = (patient + doc[k].to_bytes(8, "big") for k in ("from", "to"))
    side = [(r[:24] >= start) + (r[:24] >= end) for r in rows]
    want = [0] * low + [1] * len(shown) + [2] * ("after" in part)
    if side != want or any(a >= b for a, b in zip(rows, rows[1:])):
        fail("並びか期間が合いません / entries out of order or out of the window")
    path = [h(p) for p in part["path"]]
    root = root_of([sha(b"\0", r) for r in rows], first - low, 0, size, path) if size else EMPTY
    if root != h(known["root"]) or path: fail("締めた時の値と合いません / not the root at closing")
    for e in shown:
        if "event" in e: opened(e, doc, part, close, key)
    return len(shown)
def main(answer, key):
    doc = json.load(open(answer, encoding="utf-8"))
    if (doc["kind"], doc["v"]) != ("daicho trail answer", 1): fail("証跡の回答ではありません / no answer")
    close = fact(doc["close"], "close", key)
    if close["month"] != doc["month"] or len(close["classes"]) != len(doc["parts"]):
        fail("月か保存区分が合いません / another month, or a class is missing")
    count, gone = 0, []
    for part, known in zip(doc["parts"], close["classes"]):
        if part["keep"] != known["keep"]: fail("保存区分が合いません / another class")
        if "disposed" not in part: count += shown(part, known, doc, close); continue
        record = fact(part["disposed"], "dispose", key)
        gone.append(part["keep"])
        if (record["month"], record["keep"]) != (doc["month"], part["keep"]):
            fail("廃棄の記録が違います / another disposal")
    print("OK 漏れはありません / complete: %d accesses of %s in %d%s" % (count, doc["patient"], doc["month"],
          " (廃棄済み / disposed: %s)" % ", ".join(gone) if gone else ""))
if __name__ == "__main__":
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("answer", metavar="ANSWER.json")
    ap.add_argument("--vkey", dest="key", type=vkey, required=True)
    try: main(**vars(ap.parse_args()))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as e:
        fail("読めません / unreadable: %r" % e)
