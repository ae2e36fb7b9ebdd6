"""What others hold of the log: time stamps, witnesses, mail, write-once copies, the clock."""
import base64, contextlib, email, http.client, json, os, pathlib, re, sqlite3, ssl, time

from harness import Browser, Server, leaf_count, main, need, scenario
from outside import Authority, Mail, Witness, openssl


def setting(w, data, field, value):
    w.run("anchor", "set", data, field, "-", stdin=value.encode() + b"\n").exits(0)


def status(w, data, channel):
    return w.run("anchor", "status", data, "--format", "json").exits(0).json()[channel]


def stamps(data, end):
    return sorted((pathlib.Path(data) / "anchors" / "stamps").glob("*" + end))


@scenario
def a_time_stamp_is_one_that_openssl_accepts(w):
    data, tsa = w.init(), Authority(w.folder / "tsa")
    w.run("anchor", "stamp", data).exits(2).complains("まだ決めていません")
    setting(w, data, "tsa_url", tsa.url)
    setting(w, data, "tsa_ca", str(tsa.ca[0]))
    before = leaf_count(data)
    w.run("anchor", "stamp", data).exits(0).says("tsa")
    [token], [note] = stamps(data, ".tsr"), stamps(data, ".note")
    openssl("ts", "-verify", "-data", note, "-in", token, "-CAfile", tsa.ca[0])
    need(leaf_count(data) > before, "the token is no fact")
    # The next one covers the fact of the first.
    w.run("anchor", "stamp", data).exits(0)
    need(len(stamps(data, ".tsr")) == 2, "a second stamp replaced the first")
    state = status(w, data, "stamp")
    need(state["ok"] and not state["failed"] and state["size"] > before, str(state))
    tsa.close()


@scenario
def a_time_stamp_that_is_not_right_is_not_kept(w):
    data, tsa, other = w.init(), Authority(w.folder / "tsa"), Authority(w.folder / "other")
    setting(w, data, "tsa_url", tsa.url)
    setting(w, data, "tsa_ca", str(other.ca[0]))
    w.run("anchor", "stamp", data).exits(1).complains("認証局")
    setting(w, data, "tsa_ca", str(tsa.ca[0]))
    replies = []
    tsa.spoil = lambda reply: replies.append(reply) or reply
    w.run("anchor", "stamp", data).exits(0)
    kept = len(stamps(data, ".tsr"))
    spoils = {"an old reply": lambda r: replies[0], "a cut one": lambda r: r[:-9], "none": lambda r: b"",
              "a changed one": lambda r: r[:-20] + bytes([r[-20] ^ 1]) + r[-19:],
              "one too long": lambda r: r + bytes(100_000), "words": lambda r: b"<html>busy</html>"}
    for name, spoil in spoils.items():
        tsa.spoil = spoil
        w.run("anchor", "stamp", data).exits(1, 2, 3).complains()
        need(len(stamps(data, ".tsr")) == kept, f"{name} was kept")
    state = status(w, data, "stamp")
    need(state["fails"] == len(spoils) and state["failed"] and state["ok"], str(state))
    tsa.close()
    other.close()


@scenario
def another_authority_is_not_trusted_and_no_finding(w):
    data, one, two = w.init(), Authority(w.folder / "one"), Authority(w.folder / "two")
    for tsa in (one, two):
        setting(w, data, "tsa_url", tsa.url)
        setting(w, data, "tsa_ca", str(tsa.ca[0]))
        w.run("anchor", "stamp", data).exits(0)
    stamps_of = lambda ca: w.run("verify", data, "--tsa-ca", ca, "--format", "json").exits(0).json()
    report = stamps_of(one.ca[0])
    need([a["trusted"] for a in sorted(report["anchors"], key=lambda a: a["size"])] == [True, False],
         str(report["anchors"]))
    need(report["proven"]["log"]["size"] == min(a["size"] for a in report["anchors"]), str(report["proven"]))
    both = w.file("both.pem", one.ca[0].read_bytes() + two.ca[0].read_bytes())
    need(all(a["trusted"] for a in stamps_of(both)["anchors"]), "not trusted with both authorities")
    # What is no list of authorities, or no key of a witness, is told once and before all else.
    for option, value, words in [("--tsa-ca", w.file("words.pem", "x"), "PEM"),
                                 ("--tsa-ca", "/nowhere.pem", "PEM"), ("--witness", "x", "検証鍵")]:
        done = w.run("verify", data, option, value).exits(2).complains(words)
        need(done.err.count(words) == 1 and "食い違い" not in done.err, done.err)
    one.close()
    two.close()


@scenario
def a_name_in_another_alphabet_is_read(w):
    data, tsa = w.init(), Authority(w.folder / "tsa", "時刻の局", "default")
    text = openssl("x509", "-in", w.folder / "tsa" / "tsa.pem", "-outform", "DER")
    need("時刻の局".encode("utf-16-be") in text, "the certificate is not in two bytes a character")
    setting(w, data, "tsa_url", tsa.url)
    setting(w, data, "tsa_ca", str(tsa.ca[0]))
    w.run("anchor", "stamp", data).exits(0).says("時刻の局")
    need(status(w, data, "stamp")["who"] == "時刻の局", "the state does not know by whom")
    report = w.run("verify", data, "--tsa-ca", tsa.ca[0], "--format", "json").exits(0).json()
    need([a["by"] for a in report["anchors"]] == ["時刻の局"], str(report["anchors"]))
    tsa.close()


@scenario
def what_is_no_whole_file_does_not_stop_verify(w):
    data, tsa = w.init(), Authority(w.folder / "tsa")
    witness = known(w, data)
    setting(w, data, "tsa_url", tsa.url)
    setting(w, data, "tsa_ca", str(tsa.ca[0]))
    w.run("anchor", "witness", data).exits(0)
    w.run("anchor", "stamp", data).exits(0)
    witness.stop()
    tsa.close()
    place = data / "anchors"
    [note] = (place / "witness").glob("*.latest")
    # A crash while a file was written, a pipe, a link: no notes, and nobody waits for them.
    (place / "witness" / f"{note.name}.4711.new").write_bytes(note.read_bytes()[:40])
    (place / "stamps" / "00000000000000000009.tsr.4711.new").write_bytes(b"")
    for folder in ("witness", "stamps"):
        os.mkfifo(place / folder / "00000000.2026-01-01")
        (place / folder / "00000001.2026-01-01").symlink_to("/dev/zero")
    report = w.run("verify", data, "--format", "json", timeout=60).exits(0).json()
    need(len(report["anchors"]) == 3, str(report["anchors"]))
    out = w.folder / "out"
    w.run("log", "export", data, "--out", out, timeout=60).exits(0)
    need(len([p for p in (out / "anchors").rglob("*") if p.is_file()]) == 5, "export")
    # A pipe or nothing where the key should be: the note does not count, and the place is told.
    [key] = (place / "witness").glob("*.vkey")
    key.write_bytes(b"")
    w.run("verify", data, timeout=60).exits(1).complains("witness/", "検証鍵")
    # The same of keys of one's own.
    own = data / "keys" / "anchor.key"
    own.write_bytes(b"")
    w.run("anchor", "key", data).exits(1, 2, 3).complains()
    (w.folder / "witness" / "witness.key").write_bytes(b"")
    w.run("witness", "serve", w.folder / "witness", "--listen", "127.0.0.1:0").exits(1, 2, 3).complains("壊れています")
    key.unlink()
    os.mkfifo(key)
    w.run("verify", data, timeout=60).exits(1).complains("witness/", "ふつうのファイルではない")


def post(witness, body, kind="text/plain"):
    context = ssl._create_unverified_context()
    link = http.client.HTTPSConnection("127.0.0.1", witness.port, timeout=20, context=context)
    link.request("POST", "/add-checkpoint", body if isinstance(body, bytes) else body.encode(), {"Content-Type": kind} if kind else {})
    answer = link.getresponse()
    content = answer.read().decode()
    link.close()
    return answer.status, answer.headers["Content-Type"], content


def known(w, data, name="witness"):
    """A witness that knows this log."""
    origin = w.run("log", "checkpoint", data).exits(0).out.split("\n")[0]
    key = w.run("anchor", "key", data).exits(0).out.strip()
    witness = Witness(w, name, "--origin", origin, "--key", key)
    setting(w, data, "witnesses", witness.line)
    setting(w, data, "witness_ca", str(witness.ca))
    return witness


@scenario
def a_witness_signs_what_continues(w):
    data = w.init()
    witness = known(w, data)
    w.run("anchor", "witness", data).exits(0).says("witness.example.jp")
    w.user(data, "one", "planner")
    w.run("anchor", "witness", data).exits(0)
    # In the clear anybody on the way could answer, and raise an alarm: nobody is asked.
    w.run("anchor", "set", data, "witnesses", witness.line.replace("https://", "http://", 1)) \
        .exits(1).complains("https://")
    w.run("anchor", "set", data, "witnesses", witness.line + "\nhttps://w.example.jp kagi") \
        .exits(1).complains("検証鍵")
    need(status(w, data, "witness")["ok"], "what was refused was stored")
    w.run("anchor", "witness", data).exits(0)
    [note] = (data / "anchors" / "witness").glob("*.latest")
    text, _, lines = note.read_text().rpartition("\n\n")
    need(len(lines.splitlines()) == 3, f"daily key, lasting key and cosignature: {lines}")
    # A witness killed after it answered still knows: it never moves back.
    witness.stop(kill=True)
    again = Witness(w, "witness")
    need(again.vkey == witness.vkey, "the witness made a new key")
    body = "old 0\n\n" + note.read_text()
    code, kind, said = post(again, body)
    size = text.split("\n")[1]
    need((code, kind, said) == (409, "text/x.tlog.size", size + "\n"), f"{code} {kind} {said}")
    code, _, said = post(again, f"old {size}\n\n" + note.read_text())
    need(code == 200 and said.startswith("— witness.example.jp "), f"{code} {said}")
    stamp = base64.b64decode(said.split(" ")[2])
    need(len(stamp) == 4 + 8 + 64, "not a timestamped signature")
    again.stop()


@scenario
def a_witness_refuses_everything_else(w):
    data = w.init()
    witness = known(w, data)
    w.run("anchor", "witness", data).exits(0)
    [note] = (data / "anchors" / "witness").glob("*.latest")
    note = note.read_text()
    size = int(note.split("\n")[1])
    wrong = "A" * 43 + "="
    other = note.replace(note.split("\n")[0], "daicho/nobody", 1)
    bad = re.sub(r"(— \S+ )(\S{20})", lambda m: m[1] + "AAAA" + m[2][4:], note)
    for body, want in [("", 400), ("old\n\n" + note, 400), ("old 01\n\n" + note, 400),
                       (f"old {size}\n" + note, 400), (f"old {size}\n\n", 400),
                       (f"old {size + 1}\n\n" + note, 400), (f"old {size}\n\n" + other, 404),
                       (f"old {size}\n\n" + bad, 403), (f"old {size}\n{wrong}\n\n" + note, 422),
                       (f"old {size}\n" + f"{wrong}\n" * 64 + "\n" + note, 400),
                       (f"old {size - 1}\n\n" + note, 409), ("old 1\nx\n\n" + note, 400)]:
        code, _, said = post(witness, body)
        need(code == want, f"{body[:60]!r}: {code} {said!r}, wanted {want}")
    need(post(witness, b"old 0\n\n\xff\xfe")[0] in (400, 422), "bytes that are no text")
    need(post(witness, b"x" * 200_000)[0] == 413, "too much was read")
    need(post(witness, note.encode(), "application/xml")[0] == 415, "another type")
    # Still what it was.
    w.run("anchor", "witness", data).exits(0)
    witness.stop()


def bytes_of(data, words):
    """How many leaves hold these bytes."""
    with contextlib.closing(sqlite3.connect(f"file:{data}/daicho.db?mode=ro", uri=True)) as db:
        return db.execute("SELECT count(*) FROM leaf WHERE instr(rec, ?)", [words]).fetchone()[0]


@scenario
def a_folder_put_back_or_written_anew_is_an_alarm(w):
    data = w.init()
    witness = known(w, data)
    w.run("anchor", "witness", data).exits(0)
    old = w.copy(data, "backup")
    w.user(data, "one", "planner")
    w.run("anchor", "witness", data).exits(0)
    # Put back: the witness knows more.
    w.run("anchor", "witness", old).exits(1, 3).complains("証人は", "戻された")
    need(status(w, old, "witness")["alarm"], "no alarm")
    # And then grown past it: not a continuation.
    for i in range(2):
        w.user(old, f"other{i}", "staff")
    w.run("anchor", "witness", old).exits(1, 3).complains("続きではありません")
    # A failure of another kind does not hide it, and however often it is seen it is one fact.
    alarms = lambda: bytes_of(old, b'"op":"alarm"')
    need(alarms() == 1, f"{alarms()} facts of one alarm")
    witness.stop(kill=True)
    w.run("anchor", "witness", old).exits(3).complains("つながりません")
    state = status(w, old, "witness")
    need(state["alarm"] and "別の記録を見ています" in state["text"], f"hidden by a failure: {state}")
    w.run("anchor", "status", old).exits(0).says("警報", "別の記録を見ています")
    witness = Witness(w)
    setting(w, old, "witnesses", witness.line)
    setting(w, old, "witness_ca", str(witness.ca))
    w.run("anchor", "witness", old).exits(1, 3).complains("続きではありません")
    need(alarms() == 1, f"{alarms()} facts of one alarm")
    # Nor does it go away when nobody is asked any more.
    setting(w, old, "witnesses", "")
    w.run("anchor", "witness", old).exits(2)
    state = status(w, old, "witness")
    need(state["alarm"] and "別の記録を見ています" in state["text"], f"hidden by the settings: {state}")
    setting(w, data, "witnesses", witness.line)
    # The alarm is a fact of the log that stays.
    w.run("anchor", "witness", data).exits(0)
    need(not status(w, data, "witness")["alarm"], "the right folder is blamed")
    witness.stop()


@scenario
def mail_goes_out_encrypted_and_waits_where_it_cannot(w):
    data = w.init()
    mail = Mail(w.folder / "mail")
    for field, value in [("smtp_url", mail.url), ("smtp_ca", str(mail.ca[0])), ("smtp_user", "daicho"),
                         ("smtp_secret", "chigau"), ("mail_from", "daicho@hospital.example.jp"),
                         ("mail_to", "incho@hospital.example.jp")]:
        setting(w, data, field, value)
    box = data / "anchors" / "outbox"
    refused = w.run("anchor", "mail", data).exits(3).complains("利用者かパスワード")
    need("chigau" not in refused.err + refused.out, "the secret is shown")
    need(len(list(box.iterdir())) == 1 and not mail.messages, "what could not be sent is gone")
    # Tried again later, when the log has grown: one message a day, the newest.
    w.user(data, "one", "planner")
    w.run("anchor", "mail", data).exits(3)
    need(len(list(box.iterdir())) == 1, "a message for every try")
    setting(w, data, "smtp_secret", "himitsu-no-kagi")
    w.run("anchor", "mail", data).exits(0)
    need(len(mail.messages) == 1 and not list(box.iterdir()), "the outbox is not empty")
    to, content = mail.messages[-1]
    message = email.message_from_bytes(content)
    need(to == ["incho@hospital.example.jp"], str(to))
    text, attached = message.get_payload()
    held = w.file("held", attached.get_payload(decode=True))
    need(int(held.read_text().split("\n")[1]) == status(w, data, "mail")["size"], "less is sent than told")
    w.run("verify", data, "--checkpoint", held).exits(0)
    need("記録" in text.get_payload(decode=True).decode(), "no words for people")
    for path in data.rglob("*"):
        need(not path.is_file() or b"himitsu-no-kagi" not in path.read_bytes(), f"secret in {path}")
    mail.close()
    w.run("anchor", "mail", data).exits(3).complains("つながりません")
    need(len(list(box.iterdir())) == 1, "what could not be sent is gone")


@scenario
def copies_are_new_names_only_and_are_checked(w):
    data, place = w.init(), w.folder / "worm"
    setting(w, data, "copy_folder", str(place))
    w.run("anchor", "copy", data).exits(1, 2, 3).complains("フォルダ")
    place.mkdir()
    w.run("anchor", "copy", data).exits(0)
    w.user(data, "one", "planner")
    w.run("anchor", "copy", data).exits(0)
    [home] = place.iterdir()
    first, second = sorted(home.iterdir(), key=lambda p: int(p.name.rsplit("-", 1)[1]))
    for copy in (first, second):
        w.run("verify", copy).exits(0)
    entries = next((second / "tile" / "entries").rglob("000.p/*"))
    entries.write_bytes(entries.read_bytes().replace(b'"account"', b'"acc0unt"', 1))
    w.user(data, "two", "planner")
    w.run("anchor", "copy", data).exits(1).complains("合わないところ")


@scenario
def a_copy_that_broke_off_does_not_stop_the_next(w):
    data, place = w.init(), w.folder / "worm"
    place.mkdir()
    setting(w, data, "copy_folder", str(place))
    w.run("anchor", "copy", data).exits(0)
    [home] = place.iterdir()
    [first] = home.iterdir()
    # Killed while it wrote: nothing that is a copy, and no fault.
    broken = home / f"{first.name}0.4711.new"
    (broken / "tile").mkdir(parents=True)
    w.run("anchor", "copy", data).exits(0)
    before = {p.name for p in home.iterdir()}
    # One that cannot be read is told at each try, but not every try writes a copy more.
    old = home / "2026-01-01-3"
    old.mkdir()
    os.mkfifo(old / "checkpoint")
    for login in ("one", "two"):
        w.user(data, login, "planner")
        w.run("anchor", "copy", data, timeout=60).exits(1).complains("合わないところ", old.name)
    need({p.name for p in home.iterdir()} == before | {old.name}, "a copy for every try")
    # When the good one has become old, there is another one, whatever lies beside it.
    for copy in home.glob("20[0-9][0-9]-*[0-9]"):
        if copy != old:
            copy.rename(home / ("2026-01-02" + copy.name[10:]))
    w.run("anchor", "copy", data, timeout=60).exits(1).complains("合わないところ")
    need([p for p in home.iterdir() if p.name[:7] > "2026-01"], "no copy for a month")


@scenario
def one_that_waits_for_ever_is_said_to_stand_still(w):
    data = w.init()
    w.run("anchor", "clock", data)
    path = data / "anchors" / "state" / "channels.json"
    state = json.loads(path.read_text())
    state["clock"]["next"] = int((time.time() - 1800) * 1e6)
    path.write_text(json.dumps(state))
    need("止まっています" not in w.run("anchor", "status", data).exits(0).out, "half an hour is not long")
    state["clock"]["next"] -= 3600_000_000
    path.write_text(json.dumps(state))
    w.run("anchor", "status", data).exits(0).says("時計の状態: 止まっています")


@scenario
def settings_are_read_whole_and_secrets_are_no_arguments(w):
    data = w.init()
    mail = Mail(w.folder / "mail")
    to = ["incho@hospital.example.jp", "kansa@hospital.example.jp", *(f"hito{i}@hospital.example.jp" for i in range(20))]
    setting(w, data, "mail_to", "\n".join(to))
    for field, value in [("smtp_url", mail.url), ("smtp_ca", str(mail.ca[0])), ("smtp_user", "daicho"),
                         ("smtp_secret", "himitsu-no-kagi"), ("mail_from", "daicho@hospital.example.jp")]:
        setting(w, data, field, value)
    before = leaf_count(data)
    w.run("anchor", "set", data, "smtp_secret", "chigau").exits(2).complains("引数では", "標準入力")
    w.run("anchor", "set", data, "nothing", "x").exits(2).complains("tsa_url", "mail_to")
    w.run("anchor", "set", data, "mail_to", "-", stdin=b"x" * 70_000).exits(1, 2, 3).complains("長すぎます")
    need(leaf_count(data) == before, "what was refused is in the log")
    w.run("anchor", "mail", data).exits(0)
    [(got, _)] = mail.messages
    need(got == to, f"sent to {len(got)} of {len(to)}: {got}")
    mail.close()


@scenario
def two_who_settle_it_at_once_do_not_undo_each_other(w):
    data = w.init()
    w.user(data, "kikaku", "planner")
    with Server(w, data) as server:
        planner = Browser(server.port)
        planner.sign_in("kikaku")
        for path, field, other in [("/anchors", "tsa_url", "tsa_ca"), ("/people/directory", "base", "filter")]:
            values = {"url": "ldaps://ldap.example.jp", "base": "ou=x"} if "people" in path else {}
            one, two = planner.get(path), planner.get(path)
            for first in ("https://eins.example.jp/", "https://zwei.example.jp/"):
                # Also where nothing was stored when the forms were shown.
                saved = planner.submit(one, path, **values | {field: first})
                need(saved.status == 200, saved.text[:900])
                late = planner.submit(two, path, **values | {field: "https://spaet.example.jp/"})
                need(late.status == 409 and "先に変更しました" in late.text, f"{late.status} {late.text[:900]}")
                need(f"今の値は「{first}」" in late.text and "spaet" in late.body.decode(), late.text[:900])
                one, two = planner.get(path), planner.get(path)
                need(first in one.body.decode() and "spaet" not in one.body.decode(), "undone")
            if "anchors" in path:  # lines end as a browser ends them; the same is no difference
                kept = planner.submit(one, path, mail_to="a@x.jp\r\nb@x.jp")
                late = planner.submit(two, path, mail_to="a@x.jp\r\nb@x.jp\r\n", mail_from="c@x.jp")
                need(kept.status == 200 and late.status == 409 and "あなたの入力は「c@x.jp」" in late.text and
                     "送り先のメールアドレス: 今の値" not in late.text, late.text[:900])
                one, two = planner.get(path), planner.get(path)
            # Whoever has seen both may decide.
            planner.submit(one, path, **values | {other: "/x" if "anchors" in path else "(uid=*)"})
            late = planner.submit(two, path, **values | {field: "https://spaet.example.jp/"})
            need(planner.submit(late, path).status == 200, "cannot be saved after all")
            need("spaet" in planner.get(path).body.decode(), "not saved")


@scenario
def the_clock_is_recorded(w):
    data = w.init()
    before = leaf_count(data)
    w.run("anchor", "clock", data)
    need(leaf_count(data) > before, "no fact about the clock")
    need(re.match("chrony|timedatectl|kernel", status(w, data, "clock")["who"]), "by whom is not said")
    w.run("verify", data).exits(0)


@scenario
def the_planner_sees_and_settles_it_on_a_page(w):
    data, tsa = w.init(), Authority(w.folder / "tsa")
    w.user(data, "kikaku", "planner")
    w.user(data, "kansa", "auditor")
    with Server(w, data) as server:
        planner = Browser(server.port)
        planner.sign_in("kikaku")
        # What nobody configured says so, and there is nothing to press; the clock needs no setting.
        page = planner.get("/anchors")
        need(page.text.count("設定していません") == 4, page.text[:900])
        runs = lambda page: [dict(f["fields"])["channel"] for f in page.forms if f["action"] == "/anchors/run"]
        need(runs(page) == ["clock"], str(runs(page)))
        page = planner.submit(planner.get("/anchors"), "/anchors", tsa_url=tsa.url, tsa_ca="/nowhere.pem",
                              smtp_secret="himitsu-no-kagi")
        need(page.status == 200 and tsa.url in page.body.decode(), page.text[:600])
        need("himitsu" not in page.body.decode(), "the secret is shown")
        page = planner.get("/anchors")
        need(runs(page) == ["stamp", "clock"] and page.text.count("設定していません") == 3 and
             "まだ行っていません" in page.text, f"{runs(page)} {page.text[:900]}")
        stamp = {"channel": "stamp", **dict(page.form("/anchors/run")["fields"])}
        stamp["channel"] = "stamp"
        page = planner.post("/anchors/run", stamp)
        need(page.status == 422 and "できませんでした" in page.text and "次にすること" in page.text,
             page.text[:900])
        need("時刻の証明（タイムスタンプ）がうまくいっていません" in planner.get("/").text,
             "home does not say so")
        page = planner.submit(planner.get("/anchors"), "/anchors", tsa_ca=str(tsa.ca[0]))
        page = planner.post("/anchors/run", stamp)
        need(page.status == 200 and "できました" in page.text and "tsa" in page.text, page.text[:900])
        need("うまくいっていません" not in planner.get("/").text.split("時計")[0], "home still complains")
        auditor = Browser(server.port)
        auditor.sign_in("kansa")
        page = auditor.get("/anchors")
        need(page.status == 200 and "動いています" in page.text, page.text[:600])
        need(all("/anchors" not in f["action"] for f in page.forms), "the auditor may settle it")
        # The thread of the server records the clock by itself.
        for _ in range(60):
            if json.loads(auditor.send("GET", "/anchors", None, {"Accept": "application/json"})
                          .body)["clock"]["who"]:
                break
            time.sleep(0.5)
        else:
            raise AssertionError("the clock was not recorded")
    tsa.close()


if __name__ == "__main__":
    main()
