#!/usr/bin/env python3
"""Questions about access events from the command line. usage: trail_query.py PROGRAM [WORD]
TRAIL_PLANT names the program that plants events."""
import csv, datetime, io, json, os, pathlib, re, subprocess, sys, time, zipfile

from harness import Browser, Server, Skip, entries, main, need, scenario

VERIFY = pathlib.Path(__file__).resolve().parents[2] / "tools/verify_answer.py"
JAPAN = datetime.timezone(datetime.timedelta(hours=9))


def at(day, hour, minute=0):
    return int(datetime.datetime(2026, *day, hour, minute, tzinfo=JAPAN).timestamp() * 1_000_000)


def events():
    """October: 40 accesses of patient 7, 10 of patient 8; November: 5 of patient 7, two sign-ins."""
    out = [(at((10, 1 + i // 2), 8 + i % 2), "view", ("sato", "mori", "-")[i % 3], "7", "pc1") for i in range(40)]
    out += [(at((10, 25), 10, i), "print", "mori", "8", "pc2") for i in range(10)]
    out += [(at((11, 2), 23, i), "view", "sato", "7", "pc1") for i in range(5)]
    out += [(at((11, 3), 2), "signin", "mori", "-", "pc2"), (at((11, 3), 9), "signin", "mori", "-", "pc2")]
    return out


def hospital(w):
    plant = os.environ.get("TRAIL_PLANT")
    if not plant:
        raise Skip("TRAIL_PLANT is not set")
    data = w.init()
    w.user(data, "kanri", "planner", "企画 花子")
    w.user(data, "shokuin", "staff", "職員 太郎")
    w.run("import", data, "staff", w.file("s.csv", "職員番号,氏名,所属\n1,佐藤 美咲,外来\n2,森 一郎,病棟\n")).exits(0)
    w.run("import", data, "system_accounts",
          w.file("a.csv", "システム,ID,持ち主,持ち主の決め方\nkarte,SATO,佐藤 美咲,人が決めた\n")).exits(0)
    text = "".join("\t".join(map(str, e)) + "\n" for e in events())
    subprocess.run([plant, str(data)], input=text.encode(), check=True)
    return data


def ask(w, data, *options):
    return w.run("trail", "query", data, "--format", "json", *options).exits(0).json()


@scenario
def who_touched_a_patient_how_often(w):
    data = hospital(w)
    got = ask(w, data, "--patient", "7", "--from", "2026-10-01", "--to", "2026-11-30")
    times = [e["at"] for e in got["events"]]
    need(len(times) == 45 == got["total"] and times == sorted(times), got["total"])
    need(times[0] == "2026-10-01T08:00:00.000000+09:00", times[0])
    counts = {c["name"] or c["user"]: c["count"] for c in got["counts"]}
    need(counts == {"佐藤 美咲": 19, "mori": 13, "": 13}, counts)
    need(got["events"][0]["department"] == "外来" and got["events"][0]["action"] == "view", got["events"][0])
    need([(m["month"], m["closed"]) for m in got["months"]][:1] == [(202610, True)], got["months"])
    part = ask(w, data, "--patient", "0007", "--from", "2026-10-02", "--to", "2026-10-03", "--limit", "3")
    need(len(part["events"]) == 3 and part["more"] and part["total"] == 4, part)


@scenario
def other_questions(w):
    data = hospital(w)
    mine = ask(w, data, "--user", "佐藤美咲")
    need(mine["total"] == 19 and {e["user"] for e in mine["events"]} == {"sato"}, mine["total"])
    need(mine["counts"] == ask(w, data, "--user", "1")["counts"], "a person by number")
    need(ask(w, data, "--terminal", "PC2")["total"] == 12, "terminal")
    need(ask(w, data, "--question", "handout", "--from", "2026-10-01")["total"] == 10, "hand-outs")
    night = ask(w, data, "--question", "night", "--from", "2026-10-01")
    need([e["at"][:16] for e in night["events"]] == ["2026-11-03T02:00"], night["events"])
    newest = ask(w, data, "--source", "karte", "--newest", "--limit", "1")
    need(newest["events"][0]["at"].startswith("2026-11-03T09:00") and newest["total"] == 57, newest)
    w.run("trail", "query", data, "--question", "night").exits(1).complains("期間の始まり")
    w.run("trail", "query", data, "--patient", "7", "--from", "きのう").exits(2).complains("--from")
    w.run("trail", "query", data).exits(2).complains("--question")


@scenario
def files_and_notes(w):
    data = hospital(w)
    out = w.run("trail", "query", data, "--patient", "8", "--format", "csv").exits(0).out
    rows = list(csv.reader(io.StringIO(out.lstrip("\ufeff"))))
    need(len(rows) == 11 and rows[1][2] == "印刷" and rows[1][0] == "2026-10-25 10:00:00", rows[:2])
    w.run("trail", "query", data, "--patient", "8", "--format", "xlsx", "--out", w.folder / "a.xlsx").exits(0)
    need("xl/worksheets/sheet3.xml" in zipfile.ZipFile(w.folder / "a.xlsx").namelist(), "sheets")
    w.run("trail", "query", data, "--patient", "8", "--format", "xlsx").exits(2).complains("--out")
    w.run("trail", "query", data, "--patient", "8", "--as", "shokuin").exits(1).complains("企画管理者")
    w.run("trail", "query", data, "--patient", "8", "--as", "kanri").exits(0).says("全部で10件")


@scenario
def a_proof_is_checked_outside(w):
    data = hospital(w)
    key = w.run("log", "key", data).exits(0).out.strip()
    proof = w.folder / "proof.json"
    w.run("trail", "proof", data, "--patient", "7", "--month", "2026-10", "--out", proof).exits(0)

    def check(path):
        return subprocess.run([sys.executable, VERIFY, path, "--vkey", key], capture_output=True)
    done = check(proof)
    need(done.returncode == 0 and "40" in done.stdout.decode(), done)
    doc = json.loads(proof.read_text())
    del doc["parts"][0]["entries"][3]
    need(check(w.file("less.json", json.dumps(doc))).returncode != 0, "an access was left out unseen")
    w.run("trail", "proof", data, "--patient", "7", "--month", "2026-13", "--out", proof).exits(2).complains("--month")


def is_noted(browser, words):
    """Whether the log says it, within the moments that it may take."""
    deadline = time.monotonic() + 15
    while words not in browser.get("/access?kind=view").text:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@scenario
def pages_answer_and_note_who_asked(w):
    data = hospital(w)
    with Server(w, data) as server:
        planner = Browser(server.port)
        planner.sign_in("kanri")
        page = planner.get("/trail/search")
        got = planner.submit(page, "/trail/search", question="patient", patient="7", to="2026-10-31")
        need(got.status == 200 and "全部で40件" in got.text and "佐藤 美咲" in got.text, got.text[-3000:])
        many = planner.submit(page, "/trail/search", question="source", source="karte")
        need("全部で57件" in many.text and "続きを表示する" not in many.text, many.text[-2000:])
        refused = planner.submit(page, "/trail/search", question="patient")
        need(refused.status == 422 and "患者番号" in refused.text, refused.status)
        taken = planner.submit(planner.submit(page, "/trail/search", question="patient", patient="8"),
                               "/trail/search/csv")
        need(taken.status == 200 and taken.body.count(b"\r\n") == 11, taken.body[:300])
        proof = planner.submit(got, "/trail/proof")
        need(proof.status == 200 and json.loads(proof.body)["month"] == 202610, proof.status)
        need(planner.submit(got, "/trail/proof", month="2026-11").status == 409, "an open month was proven")
        need(is_noted(planner, "証跡の照会（患者の符号") and is_noted(planner, "証明の作成"), "not noted")
        # Whatever is asked, it is said what, and after which person or terminal.
        for fields, said in (({"question": "user", "user": "佐藤美咲"}, "この人（ID）は、何をしたか: 佐藤美咲"),
                             ({"question": "terminal", "terminal": "pc2"}, "この端末から、何がされたか: pc2"),
                             ({"question": "night", "from": "2026-10-01"}, "夜間に、誰がログインしたか")):
            need(planner.submit(page, "/trail/search", **fields).status == 200, fields)
            need(is_noted(planner, f"証跡の照会（{said}）"), said)
        staff = Browser(server.port)
        staff.sign_in("shokuin")
        need(staff.get("/trail/search").status == 403, "staff sees trails")


def choices(page, name):
    """[(value, label)] of a select, and the value that is chosen."""
    select = re.search(rf'<select[^>]* name="{name}"[^>]*>(.*?)</select>', page.body.decode(), re.S)[1]
    found = re.findall(r'<option value="([^"]*)"( selected)?[^>]*>([^<]*)', select)
    return [(value, label) for value, _, label in found], next((v for v, s, _ in found if s), found[0][0])


@scenario
def who_asks_on_the_command_line_is_noted_and_who_may_not_too(w):
    data = hospital(w)
    ask(w, data, "--user", "佐藤美咲", "--as", "kanri")
    w.run("trail", "query", data, "--patient", "8", "--as", "shokuin").exits(1).complains("企画管理者")
    w.run("trail", "proof", data, "--patient", "7", "--month", "2026-10", "--out", w.folder / "p.json", "--as",
          "shokuin").exits(1).complains("企画管理者")
    need(not (w.folder / "p.json").exists(), "a refused proof was written")
    with Server(w, data) as server:
        planner = Browser(server.port)
        planner.sign_in("kanri")
        seen = planner.get("/access?kind=view").text
        need("証跡の照会（この人（ID）は、何をしたか: 佐藤美咲）（コマンド、OSの利用者" in seen, seen[-1500:])
        refused = planner.get("/access?kind=refused").text
        need(refused.count("職員 太郎") == 2 and refused.count("（コマンド、OSの利用者") == 2, refused[-1500:])


@scenario
def sources_are_chosen_by_their_names(w):
    data = hospital(w)
    w.run("import", data, "log_sources", w.file("l.csv", "送り元の名前,アドレス\n電子カルテの操作記録,192.0.2.10\n"
                                                         "画像の操作記録,192.0.2.11\n")).exits(0)
    entry = {e["fields"]["name"]: e["entry"] for e in entries(w.export(data, "log_sources"))}
    with Server(w, data) as server:
        planner = Browser(server.port)
        planner.sign_in("kanri")
        page = planner.get("/trail/search")
        chosen = dict(choices(page, "source")[0])
        need(chosen == {"": "すべて", entry["電子カルテの操作記録"]: "電子カルテの操作記録",
                        entry["画像の操作記録"]: "画像の操作記録", "unknown": "未登録"}, chosen)
        # What was chosen stays chosen, for the next page and the file; also a word no entry has.
        for source in (entry["画像の操作記録"], "unknown", "karte"):
            got = planner.submit(page, "/trail/search", question="source", source=source)
            need(got.status == 200 and choices(got, "source")[1] == source, got.text[:300])
        need("全部で57件" in got.text, got.text[:500])
    none = w.run("trail", "query", data, "--source", "画像の操作記録", "--format", "json").exits(0).json()
    need(none["total"] == 0, none)


if __name__ == "__main__":
    main()
