#!/usr/bin/env python3
"""Damaged, full, foreign and busy data folders. usage: bad_folder.py PROGRAM [WORD]"""
import hashlib, os, pathlib, shutil, sqlite3, subprocess, time

from harness import (Browser, Server, Skip, entries, japanese, leaf_count, main, need, receipt_of,
                     scenario)
from hospital import form_key, hospital

# Made anew by whoever opens the folder; no facts.
SCRATCH = ("lock", "reserve", "daicho.db-wal", "daicho.db-shm")


def state(folder):
    """Name and digest of every file that holds something."""
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(pathlib.Path(folder).rglob("*"))
            if p.is_file() and p.name not in SCRATCH}


def remove(path):
    path.unlink()


def empty(path):
    os.truncate(path, 0)


def halve(path):
    os.truncate(path, path.stat().st_size // 2)


def scribble(path):
    size = path.stat().st_size
    with open(path, "r+b") as f:
        f.seek(size // 2)
        f.write(b"daicho!?" * 16 if size > 4096 else b"?" * max(1, size // 4))


def replace(path):
    path.write_bytes(os.urandom(max(64, path.stat().st_size)))


def harmless(name, damage):
    """Nothing that is kept is lost: the certificate is made anew, checking needs no signing key,
    and between the rows of a database lies space that holds nothing."""
    return name.startswith("tls/") or name == "keys/log.key" or \
        (name, damage) == ("daicho.db", scribble)


def lively(w, data):
    """The folder of a server that has been in use: a certificate, an attachment, two checkpoints."""
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("unyo")
        page = b.get("/ledger/devices/new")
        form = page.form("/ledger/devices/new")
        form["fields"] = [(n, v) for n, v in form["fields"] if n != "v-name"] + \
            [("v-name", "添付のある機器"), ("act", "confirm")]
        done = b.upload(page, "/ledger/devices/new", "u-files", "図.pdf",
                        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n" + b"%" * 3000, follow=False)
        need(done.status == 303, done.text[:500])
    w.run("log", "checkpoint", data).exits(0)
    w.run("verify", data).exits(0)


@scenario
def each_file_missing_or_corrupted_gives_a_clear_message(w):
    base = hospital(w, "base")
    lively(w, base)
    expected = w.export(base)
    names = [n for n in sorted(state(base))]
    need(any(n.startswith("files/") for n in names) and any("tls/" in n for n in names), names)
    silent = []
    for name in names:
        for damage in (remove, empty, halve, scribble, replace):
            data = w.copy(base, "damaged")
            damage(data / name)
            before = state(data)
            verify = w.run("verify", data)
            need(state(data) == before, f"verify changed the folder after {damage.__name__} {name}")
            listed = w.run("user", "list", data)
            for result in (verify, listed):
                if result.code and not japanese(result.err):
                    silent.append(f"{damage.__name__} {name}: no message: {result.err[:200]}")
            if verify.code == 0 and not harmless(name, damage):
                silent.append(f"{damage.__name__} {name}: verify says nothing")
            if name == "keys/log.key" and not listed.code:
                silent.append(f"{damage.__name__} {name}: opens for writing without its key")
            if verify.code == 0:
                need(w.export(data) == expected, f"{damage.__name__} {name}: other content")
    need(not silent, f"{len(silent)} cases\n" + "\n".join(silent))


@scenario
def a_damaged_certificate_stops_the_server_with_a_message(w):
    base = hospital(w, "base")
    lively(w, base)
    for name in ("tls/cert.pem", "tls/key.pem"):
        for damage in (empty, scribble, replace):
            data = w.copy(base, "damaged")
            damage(data / name)
            w.run("serve", data, "--listen", "127.0.0.1:0", timeout=60).exits(1, 2, 3) \
                .complains("証明書")


@scenario
def missing_and_foreign_folders_are_refused(w):
    none, blank, foreign = (w.folder / n for n in ("none", "blank", "foreign"))
    blank.mkdir()
    foreign.mkdir()
    sqlite3.connect(foreign / "daicho.db").execute("CREATE TABLE x (y)").connection.commit()
    plain = w.file("plain", "x")
    for data in (none, blank, foreign, plain):
        for command in (("verify", data), ("serve", data, "--listen", "127.0.0.1:0"),
                        ("user", "list", data), ("export", data, "devices"),
                        ("log", "checkpoint", data), ("round", "list", data)):
            w.run(*command, timeout=60).exits(1, 3).complains(data.name)
    need(not none.exists() and not list(blank.iterdir()), "something was made")
    w.run("init", foreign, "--org", "x").exits(1).complains("foreign")
    w.run("init", none).exits(2).complains("--org")
    w.run("init", none, "--org", "x", "--kind", "zoo").exits(2).complains("zoo")
    w.run("init", w.folder / "no" / "where", "--org", "x").exits(1, 3).complains("where")
    w.run("serve", hospital(w), "--listen", "nonsense").exits(2).complains("nonsense")


@scenario
def a_folder_of_a_newer_version_is_left_alone(w):
    data = hospital(w)
    db = sqlite3.connect(data / "daicho.db")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    db.execute(f"PRAGMA user_version={version + 1}")
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    before = state(data)
    for command in (("serve", data, "--listen", "127.0.0.1:0"), ("verify", data),
                    ("user", "list", data), ("export", data, "devices")):
        w.run(*command, timeout=60).exits(1, 3).complains("新しい")
    need(state(data) == before, "the folder changed")


@scenario
def a_second_serve_on_one_folder_is_refused(w):
    data = hospital(w)
    with Server(w, data) as server:
        second = w.run("serve", data, "--listen", "127.0.0.1:0", timeout=60)
        second.exits(3).complains("使用中", str(server.process.pid))
        w.run("user", "list", data).exits(3, 0)
        port = w.run("serve", hospital(w, "other"), "--listen", f"127.0.0.1:{server.port}", timeout=60)
        port.exits(3).complains("--listen")
        need(Browser(server.port).get("/signin").status == 200, "the first server suffers")
        w.run("verify", data).exits(0)


def mount(kind, folder, *options):
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", kind, *options, kind, str(folder)], capture_output=True)
    if done.returncode:
        raise Skip(f"cannot mount {kind} here: {done.stderr.decode().strip()}")


@scenario
def a_folder_that_cannot_be_written_is_said_so(w):
    if os.geteuid():
        data = hospital(w)
        os.chmod(data, 0o500)
        try:
            w.run("serve", data, "--listen", "127.0.0.1:0", timeout=60).exits(1, 3).complains()
        finally:
            os.chmod(data, 0o700)
        return
    disk = w.folder / "disk"
    mount("tmpfs", disk, "-o", "size=64m")
    try:
        data = shutil.copytree(hospital(w, "plain"), disk / "data")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for command in (("serve", data, "--listen", "127.0.0.1:0"),
                        ("user", "disable", data, "unyo")):
            w.run(*command, timeout=60).exits(1, 3).complains("data")
        w.run("verify", data).exits(0, 1, 3)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@scenario
def a_full_disk_stops_writing_only_and_recovers(w):
    if os.geteuid():
        raise Skip("a small disk can be made by root only")
    disk = w.folder / "disk"
    mount("tmpfs", disk, "-o", "size=40m")
    try:
        full_disk(w, disk)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def full_disk(w, disk):
    data = shutil.copytree(hospital(w, "plain"), disk / "data")
    ballast = disk / "ballast"
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("unyo")
        page = b.get("/ledger/devices/new")
        need(save(b, page, "満杯の前の機器").status == 303, "cannot write at all")
        subprocess.run(["dd", "if=/dev/zero", f"of={ballast}", "bs=64k"], capture_output=True)
        acknowledged, refused = fill(b)
        need("空き" in refused.text or "容量" in refused.text or "書き込" in refused.text,
             refused.text[:600])
        # Reading and signing in go on, and each page says why it cannot be written.
        fresh = Browser(server.port)
        fresh.sign_in("kanri")
        listed = fresh.get("/ledger/devices")
        need(listed.status == 200 and "今は書き込めません" in listed.text, listed.text[:400])
        ballast.unlink()
        need(recovers(b), "does not write again after 30 s with room")
        need("今は書き込めません" not in fresh.get("/ledger/devices").text, "the warning stays")
    found = [e["fields"]["name"] for e in entries(w.export(data))]
    for name in acknowledged + ["満杯の前の機器", "満杯の後の機器"]:
        need(found.count(name) == 1, f"{name}: {found.count(name)} times")
    w.run("verify", data).exits(0)


def recovers(b):
    """The server looks for room by itself; nobody has to start it again."""
    page, end = b.get("/ledger/devices/new"), time.monotonic() + 30
    while time.monotonic() < end:
        if save(b, page, "満杯の後の機器").status == 303:
            return True
        time.sleep(0.5)
    return False


def save(b, page, name):
    return b.submit(page, "/ledger/devices/new", follow=False, act="confirm",
                    **{"v-name": name, "key": form_key()})


def fill(b):
    """Writes until it is refused."""
    page, names = b.get("/ledger/devices/new"), []
    for i in range(3000):
        name = f"満杯 {i}"
        answer = save(b, page, name)
        if answer.status != 303:
            need(answer.status in (500, 503, 507) and japanese(answer.text), answer.status)
            return names, answer
        need(receipt_of(answer.headers["Location"]) is not None, "no receipt")
        names.append(name)
    raise AssertionError("the disk never gets full")


main()
