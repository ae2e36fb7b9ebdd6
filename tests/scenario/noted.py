#!/usr/bin/env python3
"""What the command line hands out is noted as on pages, whether a server runs or not.
usage: noted.py PROGRAM [WORD]"""
import contextlib, json, os, pwd, shutil, sqlite3, subprocess, time

from harness import Browser, Result, Server, Skip, World, main, need, scenario

STAFF = "職員番号,氏名,部署\r\nS1,見本 太郎,3階東\r\nS2,見本 次子,外来\r\n"
IDS = "アカウント,氏名\r\ntaro,見本 太郎\r\ntsugiko,見本 次子\r\n"
OS_USER = pwd.getpwuid(os.geteuid()).pw_name


def events(data, *kinds):
    """(kind, login of the actor, ledger, refused, detail), oldest first."""
    db = sqlite3.connect(f"file:{data}/daicho.db?mode=ro", uri=True)
    try:
        names = dict(db.execute("SELECT id, login FROM account"))
        rows = db.execute("SELECT seq, event, actor, ledger, refused FROM access ORDER BY seq").fetchall()
        found = []
        for seq, kind, actor, ledger, refused in rows:
            body, = db.execute("SELECT body FROM part WHERE id >> 3 = ?", (seq,)).fetchone()
            detail = json.loads(body).get("detail", "")
            if not kinds or kind in kinds:
                found.append((kind, names.get(actor, actor), ledger, refused, detail))
        return found
    finally:
        db.close()


def house(w):
    data = w.init()
    for login, role in (("kanri", "planner"), ("unyo", "operator"), ("kango", "staff")):
        w.user(data, login, role, name="見本 " + login)
    w.run("people", "hr", data, w.file("staff.csv", STAFF)).exits(0)
    w.run("stocktake", "import", data, "電子カルテ", w.file("ids.csv", IDS)).exits(0)
    w.run("stocktake", "open", data, "--title", "見本の棚卸し").exits(0)
    w.run("round", "open", data, "mhlw-checklist-r6-hospital", "--year", "2026", "--as",
          "kanri").exits(0)
    return data


# (command, kind, actor, ledger, a word of the detail)
HANDED_OUT = (
    (("export", None, "staff"), "export", "system", "staff", "csv"),
    (("export", None, "staff", "--format", "json", "--as", "kanri"), "export", "kanri", "staff", "json"),
    (("report", "inspection", None, "--out", "OUT1"), "print", "system", "", "inspection"),
    (("report", "ledger", None, "--ledger", "contacts", "--out", "OUT2", "--as", "unyo"), "print",
     "unyo", "contacts", "ledger"),
    (("report", "stocktake", None, "--out", "OUT3"), "print", "system", "stocktakes", "stocktake"),
    (("report", "ledger", None, "--ledger", "contacts", "--out", "OUT4", "--snapshot"), "print",
     "system", "contacts", "ledger"),
    (("stocktake", "show", None, "--as", "unyo"), "view", "unyo", "stocktakes", "見本の棚卸し"),
    (("stocktake", "import", None, "電子カルテ", "ids.csv", "--dry-run"), "view", "system",
     "system_accounts", "照合"),
    (("people", "proposals", None, "--format", "json"), "view", "system", "account_proposals", "提案"),
    (("people", "hr", None, "staff.csv", "--dry-run"), "view", "system", "staff", "照合"),
)
# Only while nobody else writes.
ALONE = (
    (("user", "list", None), "view", "system", "", "一覧"),
    (("user", "show", None, "kango"), "view", "system", "", "内容"),
    (("token", "list", None), "view", "system", "", "鍵"),
    (("emergency", "list", None, "--as", "kanri"), "view", "kanri", "", "非常時"),
)


def run(w, data, command):
    args = [data if a is None else w.folder / a if a.startswith("OUT") or a.endswith(".csv") else a
            for a in command]
    return w.run(*args)


@scenario
def what_commands_hand_out_is_noted(w):
    data = house(w)
    for command, kind, actor, ledger, word in HANDED_OUT + ALONE:
        before = events(data)
        run(w, data, command).exits(0)
        new = events(data)[len(before):]
        need(len(new) == 1, f"{command}: {new}")
        need(new[0][:4] == (kind, actor, ledger, 0) and word in new[0][4] and
             f"OSの利用者 {OS_USER}" in new[0][4], f"{command}: {new}")
    # The person whose account was looked at sees it.
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("kango")
        need("利用者の登録の内容（コマンド" in b.get("/my/access").text, "not shown to whom it concerns")
    w.run("verify", data).exits(0)


@scenario
def what_commands_hand_out_while_a_server_runs_is_noted_by_it(w):
    data = house(w)
    with Server(w, data) as server:
        planner = Browser(server.port)
        planner.sign_in("kanri")
        reads = [h for h in HANDED_OUT if h[0][:2] != ("report", "inspection") and
                 (h[0][0] != "report" or "--snapshot" in h[0]) and h[0][0] != "people"]
        for command, kind, actor, ledger, word in reads:
            before = events(data, kind)
            run(w, data, command).exits(0)
            deadline = time.monotonic() + 15
            while len(events(data, kind)) == len(before) and time.monotonic() < deadline:
                time.sleep(0.1)
            new = events(data, kind)[len(before):]
            need(len(new) == 1 and new[0][:4] == (kind, actor, ledger, 0) and word in new[0][4] and
                 "実際は" not in new[0][4], f"{command}: {new}")
        need(not list((data / "noted").iterdir()), "a note is left behind")
        need(f"OSの利用者 {OS_USER}" in planner.get("/access").text, "not on the page")
        # What the server itself has drawn is noted once.
        before = events(data, "print")
        need(planner.send("GET", "/ledger/contacts/print").status == 200, "no PDF")
        time.sleep(2.5)
        new = events(data, "print")[len(before):]
        need(len(new) == 1 and new[0][1] == "kanri" and "OSの利用者" not in new[0][4], new)
    w.run("verify", data).exits(0)


@scenario
def a_refused_command_is_noted_and_hands_nothing_out(w):
    data = house(w)
    for command, ledger in ((("export", None, "staff", "--as", "kango"), "staff"),
                            (("report", "inspection", None, "--as", "kango", "--out", "OUT1"), ""),
                            (("report", "ledger", None, "--ledger", "staff", "--as", "kango", "--out",
                              "OUT2"), "staff"),
                            (("people", "proposals", None, "--as", "kango"), "account_proposals"),
                            (("people", "hr", None, "staff.csv", "--dry-run", "--as", "kango"), "staff"),
                            (("stocktake", "import", None, "電子カルテ", "ids.csv", "--dry-run", "--as",
                              "kango"), None),
                            (("emergency", "list", None, "--as", "kango"), "")):
        before = events(data)
        done = run(w, data, command).exits(1).complains("できるのは")
        need("見本" not in done.out and not any((w.folder / f"OUT{n}").exists() for n in (1, 2)),
             f"{command} hands out {done.out[:200]}")
        new = events(data)[len(before):]
        if ledger is not None:
            need(len(new) == 1 and new[0][0] == "refused" and new[0][1:4] == ("kango", ledger, 1),
                 f"{command}: {new}")
        need(not [e for e in new if e[0] != "refused"], f"{command}: {new}")


@scenario
def notes_left_for_the_one_who_writes_are_taken_once_and_prove_nothing_else(w):
    data = house(w)
    kanri = next(i for i, l in sqlite3.connect(data / "daicho.db").execute(
        "SELECT id, login FROM account") if l == "kanri")
    with Server(w, data) as server:
        os.kill(server.process.pid, 19)     # it holds the folder and does not look
        w.run("export", data, "contacts").exits(0)
        left = list((data / "noted").iterdir())
        need(len(left) == 1 and left[0].stat().st_mode & 0o777 == 0o600, left)
        text = left[0].read_text()
        os.kill(server.process.pid, 18)
        deadline = time.monotonic() + 10
        while left[0].exists() and time.monotonic() < deadline:
            time.sleep(0.1)
    need(len(events(data, "export")) == 1, events(data, "export"))
    # Brought back after it was written: not written again. An old one says when it was.
    left[0].write_text(text)
    old = json.loads(text) | {"at": 1764547200000000, "detail": "前のもの"}
    forged = {"signin": old | {"event": "signin", "actor": kanri}, "alarm": old | {"event": "alarm"},
              "nobody": old | {"actor": "../x"}, "broken": None, "long": old | {"detail": "x" * 9000},
              "bytes": b"\xff\xfe{}",
              "before all time": old | {"at": -2**63}}
    name = left[0].name
    # Names that differ from the first one whatever it ends with.
    stem = name[:-2] + ("a" if name[-2] != "a" else "b")
    (data / "noted" / (stem + "1")).write_text(json.dumps(old))
    for n, value in enumerate(forged.values(), 2):
        (data / "noted" / (stem + str(n))).write_bytes(
            value if isinstance(value, bytes) else json.dumps(value).encode() if value else b"{")
    (data / "noted" / "something else").write_text("x")
    before = events(data)
    w.run("user", "disable", data, "unyo").exits(0)
    new = [e for e in events(data)[len(before):] if e[0] != "account"]
    need(len(new) == 1 and new[0][0] == "export" and new[0][4].startswith("前のもの 実際は 2025"), new)
    names = sorted(p.name for p in (data / "noted").iterdir())
    need(len([n for n in names if n.startswith("bad-")]) == len(forged) and
         len(names) == len(forged) + 1, names)
    w.run("verify", data).exits(0)


# --- other users, other disks -----------------------------------------------------------

OTHER = 61234       # a user nobody is


def comes(data, kind, before, what):
    """The one event that came since `before`, waited for."""
    deadline = time.monotonic() + 15
    while len(events(data, kind)) == before and time.monotonic() < deadline:
        time.sleep(0.1)
    new = events(data, kind)[before:]
    need(len(new) == 1, f"{what}: {new}")
    return new[0]


def as_other(w, data):
    """The program as its own user, whom the data folder belongs to; root is somebody else."""
    if os.geteuid() != 0:
        raise Skip("needs root, to be two users")
    w.folder.chmod(0o755)
    for path in [data, *data.rglob("*")]:
        os.chown(path, OTHER, OTHER, follow_symlinks=False)
    wrapper = w.file("as-other", f"#!/bin/sh\nexec setpriv --reuid {OTHER} --regid {OTHER} --clear-groups "
                                 f"'{w.program}' \"$@\"\n")
    wrapper.chmod(0o755)
    other = World(str(wrapper), w.folder)
    if subprocess.run([wrapper, "verify", data], capture_output=True).returncode:
        raise Skip("another user cannot run the program where it lies, or setpriv is missing")
    return other


@scenario
def what_root_does_reaches_the_log_of_a_server_of_its_own_user(w):
    data = house(w)
    other, noted = as_other(w, data), data / "noted"
    # One that a version before made as root; and one that is not there yet.
    noted.mkdir(0o700, exist_ok=True)
    os.chown(noted, 0, 0)
    with Server(other, data) as server:
        for step in ("made by root", "not there"):
            if step == "not there":
                shutil.rmtree(noted)
            before = len(events(data, "export"))
            w.run("export", data, "contacts").exits(0)
            got = comes(data, "export", before, step)
            need("OSの利用者 root" in got[4] and "実際は" not in got[4], got)
            need(noted.stat().st_uid == OTHER and noted.stat().st_mode & 0o777 == 0o700, noted.stat())
            before = len(events(data, "export"))
            other.run("export", data, "contacts").exits(0)
            comes(data, "export", before, step)
        # A file the server may not read hinders no other, and is said once.
        os.kill(server.process.pid, 19)
        w.run("export", data, "contacts").exits(0)
        stuck = next(noted.iterdir())
        os.chown(stuck, 0, 0)
        w.run("export", data, "contacts").exits(0)
        before = len(events(data, "export"))
        os.kill(server.process.pid, 18)
        comes(data, "export", before, "beside one that cannot be read")
        time.sleep(2.5)
        need(server.text().count(stuck.name) == 1, server.text()[-900:])
        os.chown(stuck, OTHER, OTHER)
        comes(data, "export", before + 1, "made readable")
        need(not list(noted.iterdir()), "left behind")
    other.run("verify", data).exits(0)


@scenario
def what_root_writes_while_no_server_runs_belongs_to_its_user(w):
    data = house(w)
    other = as_other(w, data)
    outside = w.file("outside", "of root alone")
    os.link(outside, data / "work" / "linked")
    (data / "work" / "pointing").symlink_to(outside)
    w.user(data, "atarashii", "staff", "見本 太郎", "--staff", "S1")
    w.run("export", data, "contacts").exits(0)
    foreign = [p for p in data.rglob("*") if p.lstat().st_uid != OTHER]
    need({p.name for p in foreign} <= {"linked", "pointing"} and outside.stat().st_uid == 0, foreign)
    (data / "work" / "linked").unlink()
    (data / "work" / "pointing").unlink()
    with Server(other, data) as server:
        Browser(server.port).sign_in("atarashii")
    other.run("verify", data).exits(0)


@scenario
def nothing_is_handed_out_when_it_cannot_be_noted(w):
    data = house(w)
    shutil.rmtree(data / "noted", ignore_errors=True)
    (data / "noted").write_text("")         # no folder: neither the disk is full nor read-only
    with Server(w, data) as server:
        done = w.run("export", data, "contacts").exits(1, 3).complains("利用の記録に残せない", "noted")
        need(not done.out, done.out[:200])
        time.sleep(2.5)
        need(server.text().count("left_events_wait") <= 2 and "noted" in server.text(), server.text()[-900:])
    need(not events(data, "export"), "noted after all")


def on_disk(w, data, prepare, *command):
    """Runs a command on a small disk of its own that holds a copy of the folder."""
    disk = w.folder / "disk"
    disk.mkdir(exist_ok=True)
    script = ('set -e; mount -t tmpfs -o size=64m tmpfs "$1"; cp -a "$2" "$1/data"; cd "$1"; ' + prepare +
              '; shift 2; exec "$@"')
    line = ["unshare", "--mount", "sh", "-c", script, "sh", disk, data, w.program,
            *[disk / "data" if a is None else a for a in command]]
    return Result(" ".join(command[:1]), subprocess.run([str(a) for a in line], capture_output=True))


@scenario
def a_disk_that_takes_nothing_is_no_reason_to_keep_data_from_people(w):
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        raise Skip("needs the right to mount")
    data = house(w)
    # Reading takes a few pages beside the database, which a full disk as a rule still has.
    full = "cat /dev/zero > ballast 2>/dev/null || truncate -s -200K ballast"
    on_disk(w, data, full, "export", None, "contacts").exits(0).complains("注意", "書けない", "空き")


@scenario
def a_command_that_is_first_in_a_namespace_is_noted(w):
    if subprocess.run(["unshare", "--pid", "--fork", "true"], capture_output=True).returncode:
        raise Skip("needs the right to make a PID namespace")
    data = house(w)
    line = ["unshare", "--pid", "--fork", w.program, "export", data, "contacts"]
    Result("export", subprocess.run([str(a) for a in line], capture_output=True)).exits(0)
    need(len(events(data, "export")) == 1, events(data, "export"))


@scenario
def a_long_detail_is_cut_between_characters(w):
    data = w.init()
    w.user(data, "unyo", "operator")
    w.run("stocktake", "import", data, "電子カルテ", w.file("ids.csv", IDS)).exits(0)
    title = "x" + "電子カルテと部門システムの利用者の棚卸し" * 3     # 120 bytes end inside a character
    w.run("stocktake", "open", data, "--title", title).exits(0)
    for running in (False, True):
        before = len(events(data, "view"))
        with Server(w, data) if running else contextlib.nullcontext():
            w.run("stocktake", "show", data, "--as", "unyo").exits(0)
            got = comes(data, "view", before, running)
        need(got[4].startswith(title[:30]) and f"（コマンド、OSの利用者 {OS_USER}" in got[4], got)


if __name__ == "__main__":
    main()
