"""The table of attacks: each is found by `daicho verify` and by tools/verify.py, or it is declared as
needing an anchor, is not found without one, and is found with one."""
import base64, hashlib, os, pathlib, re, shutil, sqlite3, subprocess, sys

from harness import ROOT, main, need, scenario
from outside import Authority, Witness

sys.path.insert(0, str(ROOT / "tools"))
import verify as outside_verifier
from anchors import setting

FEED = os.environ["TRAIL_FEED"]


def feed(data, first, count):
    done = subprocess.run([FEED, str(data), str(first), str(count)], capture_output=True)
    need(done.returncode == 0, done.stderr.decode())


def by_daicho(w, place, *options):
    """True if nothing is found. Broken programs fail in run()."""
    return w.run("verify", place, *options).exits(0, 1).code == 0


def by_python(folder, *options):
    done = subprocess.run([sys.executable, str(ROOT / "tools" / "verify.py"), str(folder),
                           *map(str, options)], capture_output=True)
    need(done.returncode in (0, 1), done.stderr.decode())
    return done.returncode == 0


def export(w, data, name):
    out = w.folder / name
    w.run("log", "export", data, "--out", out).exits(0)
    return out


def held(w, data, name):
    return w.file(name, w.run("log", "checkpoint", data).exits(0).out)


def month_of(place, end=""):
    [found] = [p for p in (place / "trail").iterdir() if re.fullmatch(r"\d{4}-\d\d" + end, p.name)]
    return found


def sql(path, text):
    with sqlite3.connect(path) as db:
        db.executescript(text)
    db.close()


def entries(folder):
    """The leaves of a small export and the files they lie in."""
    [file] = (folder / "tile" / "entries").rglob("000.p/*")
    data, found = file.read_bytes(), []
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        found.append(data[2:end])
        data = data[end:]
    return file, found


def write(folder, leaves):
    """Leaves and tiles that fit each other; the checkpoint is left as it is."""
    hashes = [outside_verifier.sha(b"\0", leaf) for leaf in leaves]
    shutil.rmtree(folder / "tile")
    for kind, content in [("entries", b"".join(len(x).to_bytes(2, "big") + x for x in leaves)),
                          ("0", b"".join(hashes))]:
        path = folder / "tile" / kind / "000.p" / str(len(leaves))
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    return hashes


def root(hashes):
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return outside_verifier.sha(b"\1", root(hashes[:k]), root(hashes[k:]))


def signature(seed, text):
    """Ed25519 as in RFC 8032, with the arithmetic of the verifier."""
    v = outside_verifier
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & ((1 << 254) - 8) | 1 << 254
    base = v.point(b"X" + b"f" * 31)
    pack = lambda p: (p[1] | (p[0] & 1) << 255).to_bytes(32, "little")
    public = pack(v.mul(a, base))
    r = int.from_bytes(hashlib.sha512(h[32:] + text).digest(), "little") % v.L
    k = int.from_bytes(hashlib.sha512(pack(v.mul(r, base)) + public + text).digest(), "little")
    return pack(v.mul(r, base)) + ((r + k * a) % v.L).to_bytes(32, "little")


def sign(data, folder, hashes):
    """A checkpoint by the key that lies in the data folder: who holds the machine can do that."""
    _, _, name, kid, seed = (data / "keys" / "log.key").read_text().strip().split("+", 4)
    text = f"{name}\n{len(hashes)}\n{base64.b64encode(root(hashes)).decode()}\n"
    sig = bytes.fromhex(kid) + signature(base64.b64decode(seed)[1:], text.encode())
    (folder / "checkpoint").write_text(f"{text}\n— {name} {base64.b64encode(sig).decode()}\n")


@scenario
def records_and_files_of_a_month(w):
    data = w.init()
    feed(data, 0, 60)
    clean = export(w, data, "clean")
    need(by_daicho(w, data) and by_daicho(w, clean), "a clean folder is blamed")
    vkey = (month_of(clean) / "vkey").read_text().strip()
    need(by_python(month_of(clean), "--vkey", vkey), "a clean export is blamed")
    for name, attack in {
            "edited": "UPDATE leaf SET rec = replace(rec, 'view', 'sign') WHERE seq = 20",
            "deleted": "DELETE FROM leaf WHERE seq = 20",
            "closed up": "DELETE FROM leaf WHERE seq = 20; UPDATE leaf SET seq = -seq WHERE seq > 20;"
                         "UPDATE leaf SET seq = -seq - 1 WHERE seq < 0",
            "cut off": "DELETE FROM leaf WHERE seq > 50"}.items():
        bad = w.copy(data, "bad")
        sql(month_of(bad, r"\.db"), attack)
        need(not by_daicho(w, bad), f"{name}: not found in the folder")
    for name, attack in {"edited": lambda x: [*x[:20], x[20].replace(b"view", b"sign"), *x[21:]],
                         "rewritten without seals": lambda x: [*x[:20], *x[21:], x[20]],
                         "deleted": lambda x: [*x[:20], *x[21:]], "cut off": lambda x: x[:50]}.items():
        bad = w.copy(clean, "bad-export")
        write(month_of(bad), attack(entries(month_of(bad))[1]))
        need(not by_daicho(w, bad), f"{name}: not found in the export")
        need(not by_python(month_of(bad), "--vkey", vkey), f"{name}: not found by verify.py")
    # A whole month gone, and an index that leaves something out.
    bad = w.copy(data, "bad")
    month_of(bad, r"\.db").unlink()
    need(not by_daicho(w, bad), "a month's file gone: not found")
    shutil.rmtree(month_of(bad_export := w.copy(clean, "bad-export")))
    need(not by_python(bad_export / "trail" / month_of(clean).name, "--vkey", vkey), "month gone")


def nothing_is_fixed(w, data, made, *keys):
    """What is said where `made` anchors lie and no key from outside shows whose they are."""
    report = w.run("verify", data, "--format", "json", *keys).exits(0).json()
    need(len(report["anchors"]) == report["untrusted"] == made and
         not any(a["trusted"] for a in report["anchors"]), str(report["anchors"]))
    need(report["proven"]["log"]["size"] == 0 and report["unfixed"] == report["leaves"] > 0,
         f"counts as held by others: {report['proven']}, {report['unfixed']}")
    need([m["proven"] for m in report["proven"]["trails"]] == [0], f"a month: {report['proven']}")
    w.run("verify", data, *keys).exits(0).says(
        "外の人による固定: ありません", f"鍵を外から確かめていない証明 {made}件。--tsa-ca と --witness を",
        f"未固定 {report['leaves']}件", f"（未固定 {report['proven']['trails'][0]['size']}件）")


@scenario
def what_needs_an_anchor_is_found_with_one(w):
    data, tsa = w.init(), Authority(w.folder / "tsa")
    origin = w.run("log", "checkpoint", data).exits(0).out.split("\n")[0]
    key = w.run("anchor", "key", data).exits(0).out.strip()
    witness = Witness(w, "witness", "--origin", origin, "--key", key)
    for field, value in [("tsa_url", tsa.url), ("tsa_ca", str(tsa.ca[0])), ("witnesses", witness.line),
                         ("witness_ca", str(witness.ca))]:
        setting(w, data, field, value)
    feed(data, 0, 30)
    report = w.run("verify", data, "--format", "json").exits(0).json()
    need(report["anchors"] == [] and report["unfixed"] == report["leaves"], "fixed by nobody")
    backup = w.copy(data, "backup")
    w.run("anchor", "stamp", data).exits(0)
    w.run("anchor", "witness", data).exits(0)
    report = w.run("verify", data, "--format", "json", "--tsa-ca", tsa.ca[0], "--witness",
                   witness.vkey).exits(0).json()
    need({a["kind"] for a in report["anchors"]} == {"stamp", "witness"}, str(report["anchors"]))
    need(all(a["trusted"] for a in report["anchors"]), str(report["anchors"]))
    need(report["proven"]["trails"][0]["proven"] == 31, f"a month: {report['proven']}")
    farthest = max(a["size"] for a in report["anchors"])
    need(report["untrusted"] == 0 and report["proven"]["log"]["size"] == farthest > 0 and
         report["unfixed"] == report["leaves"] - farthest, f"figures with the keys: {report}")
    # Without a key from outside anybody could have made them: they are told, and count for nothing.
    nothing_is_fixed(w, data, 3)  # the stamp, and the cosigned note of the day and the newest

    # All of it made by who holds the folder, with an authority and a witness of their own.
    alone, forger = w.copy(backup, "alone"), Authority(w.folder / "forger")
    helper = Witness(w, "helper", "--origin", origin, "--key", key)
    for field, value in [("tsa_url", forger.url), ("tsa_ca", str(forger.ca[0])), ("witnesses", helper.line),
                         ("witness_ca", str(helper.ca))]:
        setting(w, alone, field, value)
    w.run("anchor", "stamp", alone).exits(0)
    w.run("anchor", "witness", alone).exits(0)
    for keys in [(), ("--tsa-ca", tsa.ca[0], "--witness", witness.vkey)]:
        nothing_is_fixed(w, alone, 3, *keys)
    helper.stop()
    forger.close()

    # The end newer than the newest anchor: nobody outside can miss it, and verify says so.
    anchored = w.copy(data, "anchored")
    w.user(data, "late", "staff")
    newest = held(w, data, "newest")
    cut = w.copy(anchored, "cut")
    need(by_daicho(w, cut), "what no anchor covers cannot be found")
    need(not by_daicho(w, cut, "--checkpoint", newest), "cut off: not found with an anchor")
    # Put back to a backup: alone it looks well; a held paper, and the witness, tell.
    need(by_daicho(w, backup), "the backup itself is well")
    need(not by_daicho(w, backup, "--checkpoint", newest), "rolled back: not found with an anchor")
    w.run("anchor", "witness", backup).exits(1, 3).complains("証人は")
    old = export(w, backup, "old")
    need(by_python(old) and not by_python(old, "--checkpoint", newest), "verify.py: rolled back")

    # The past forged by who has today's key: every signature fits.
    forged = export(w, data, "forged")
    need((forged / "anchors" / "stamps").is_dir(), "the export lacks the anchors")
    leaves = entries(forged)[1]
    place = next(i for i, x in enumerate(leaves) if b'"kind":"account"' in x or b'"kind":"entry"' in x)
    leaves[place] = re.sub(rb'("internal":"|"personal":")(..)', lambda m: m[1] + (
        b"00" if m[2] != b"00" else b"11"), leaves[place], count=1)
    sign(data, forged, write(forged, leaves))
    need(by_python(forged), "the forgery is no good one: verify.py finds it alone")
    need(not by_python(forged, "--checkpoint", newest), "forged: not found by verify.py with an anchor")
    need(not by_daicho(w, forged), "forged: not found although anchors lie beside it")
    shutil.rmtree(forged / "anchors")
    need(by_daicho(w, forged), "forged, without anchors: nothing can tell")
    need(not by_daicho(w, forged, "--checkpoint", newest), "forged: not found with an anchor")

    # Two views: each is well alone; who holds a checkpoint of one refuses the other.
    other = w.copy(anchored, "other")
    w.user(other, "another", "staff")
    need(by_daicho(w, other) and not by_daicho(w, other, "--checkpoint", newest), "split view")
    two = export(w, other, "two")
    need(by_python(two) and not by_python(two, "--checkpoint", newest), "split view: verify.py")
    w.run("anchor", "witness", data).exits(0)
    w.run("anchor", "witness", other).exits(1, 3).complains("別の記録")
    witness.stop()
    tsa.close()


if __name__ == "__main__":
    main()
