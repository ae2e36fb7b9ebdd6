#!/usr/bin/env python3
"""Stock-take of accounts, from lists of accounts to the report. usage: stocktake.py PROGRAM [WORD]"""
import collections, pathlib, shutil, subprocess

import exported
from harness import Skip, entries, main, need, scenario


def hospital(w):
    """A folder with 500 people, of whom 20 have left, and three accounts of daicho."""
    data, everybody = w.init(), exported.people()
    w.user(data, "kanri", "planner", "企画 花子")
    w.user(data, "incho", "executive", "院長 一郎")
    w.user(data, "shicho", "staff", "師長 恵")
    w.run("import", data, "staff", w.file("職員.csv", exported.personnel_list(everybody))).exits(0)
    return data, everybody


def take_in(w, data, name, content, *options, system="Active Directory"):
    done = w.run("stocktake", "import", data, system, w.file(name, content), "--format", "json", *options)
    return done.exits(0).json()


def show(w, data):
    return w.run("stocktake", "show", data, "--format", "json").exits(0).json()


def pdf_text(path):
    if not shutil.which("pdftotext"):
        raise Skip("pdftotext is not installed")
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()


@scenario
def three_exports_of_one_directory_say_the_same(w):
    data, everybody = hospital(w)
    dry = take_in(w, data, "users.csv", exported.csvde(everybody), "--dry-run")
    need(dry["totals"]["new"] == 500 and dry["totals"]["skipped"] == 2, dry["totals"])
    need(not entries(w.export(data, "system_accounts")), "a dry run wrote something")
    first = take_in(w, data, "users.csv", exported.csvde(everybody))
    need(first["totals"]["new"] == 500 and first["totals"]["unmatched"] == 0, first["totals"])
    need(all(r["person_by"] == "staff_no" for r in first["rows"] if r["status"] == "new"), first["rows"][:3])
    for name, content in (("users16.csv", exported.get_aduser(everybody)), ("users.ldif", exported.ldif(everybody))):
        again = take_in(w, data, name, content)
        changed = [r for r in again["rows"] if r["status"] not in ("unchanged", "skipped")]
        need(again["totals"]["unchanged"] == 500 and not changed, (name, again["totals"], changed[:3]))
    held = {e["fields"]["account"]: e["fields"] for e in entries(w.export(data, "system_accounts"))}
    need(sum(f.get("privileged") == "1" for f in held.values()) == 2, "admins")
    need(held["user0001"]["last_used"] == str(everybody[0].last.date()), held["user0001"])


@scenario
def lists_tell_what_is_new_changed_and_gone(w):
    data, everybody = hospital(w)
    take_in(w, data, "1.csv", exported.csvde(everybody[:100]))
    everybody[5].mail = "another@hospital.example.jp"
    second = take_in(w, data, "2.csv", exported.csvde(everybody[1:102]))
    status = collections.Counter(r["status"] for r in second["rows"])
    need(status == {"skipped": 2, "new": 2, "changed": 1, "unchanged": 98, "gone": 1}, status)
    need([r["account"] for r in second["rows"] if r["status"] == "gone"] == ["user0001"], "gone")
    part = take_in(w, data, "3.csv", exported.csvde(everybody[1:3]), "--partial")
    need(part["totals"]["gone"] == 0, part["totals"])
    bad = exported.csvde(everybody[1:3]).replace(b"20200401000000.0Z", b"someday")
    w.run("stocktake", "import", data, "Active Directory", w.file("4.csv", bad)).exits(1).complains("someday", "何も取り込んでいません")
    w.run("stocktake", "import", data, "Active Directory",
          w.file("5.ldif", "dn: CN=a\nchangetype: delete\n")).exits(1).complains("変更の指示")
    w.run("stocktake", "import", data, "daicho", w.file("6.csv", exported.csvde(everybody[1:3]))).exits(1).complains("自動")


@scenario
def namesakes_are_never_guessed_and_decisions_are_remembered(w):
    data = w.init()
    w.run("import", data, "staff", w.file("s.csv", "職員番号,氏名,所属\n1,髙橋 誠,外来\n2,高橋　誠,医事課\n3,濱田 葵,外来\n")).exits(0)
    found = take_in(w, data, "l.csv", "ID,氏名\nta,高橋誠\nha,浜田葵（外来）\nxx,知らない人\n".encode(), system="電子カルテ")
    by = {r["account"]: r["person_by"] for r in found["rows"]}
    need(by["ta"] == "ambiguous" and by["xx"] == "none", by)
    need(found["totals"]["ambiguous"] == 1, found["totals"])
    decided = w.run("import", data, "system_accounts",
                    w.file("d.csv", "システム,ID,持ち主の決め方,備考\n電子カルテ,xx,人が決めた,委託の人\n")).exits(0)
    again = take_in(w, data, "l2.csv", "ID,氏名\nta,高橋誠\nxx,濱田葵\n".encode(), system="電子カルテ")
    by = {r["account"]: (r["person_by"], r["person"]) for r in again["rows"]}
    need(by["xx"] == ("decided", ""), (by, decided.out))


@scenario
def the_review_sheet_names_exactly_the_leavers(w):
    data, everybody = hospital(w)
    take_in(w, data, "users.ldif", exported.ldif(everybody))
    w.run("stocktake", "open", data, "--title", "上期のID棚卸し", "--as", "kanri").exits(0)
    w.run("stocktake", "open", data).exits(1).complains("まだ終わっていません")
    seen = show(w, data)
    left = {p.login for p in everybody if p.left}
    named = {l["account"] for l in seen["lines"] if "leaver" in l["findings"]}
    need(len(left) == 20 and named == left, (len(left), named ^ left))
    need(any(l["system"] == "daicho" and l["account"] == "kanri" for l in seen["lines"]), "own accounts")
    # People who leave afterwards do not change what was frozen.
    w.run("import", data, "staff", w.file("n.csv", "職員番号,氏名,退職日\n01001,佐藤 美咲,2026-01-31\n")).exits(0)
    need(show(w, data)["totals"] == seen["totals"], "the lines are not frozen")

    # The head of a department decides; the others are refused.
    ward = exported.DEPARTMENTS[0]
    w.run("stocktake", "assign", data, "--department", ward, "--head", "shicho", "--as", "kanri").exits(0)
    mine = w.run("stocktake", "show", data, "--as", "shicho", "--format", "json").exits(0).json()
    need({l["department"] for l in mine["lines"]} == {ward}, "a head sees other departments")
    other = next(l for l in seen["lines"] if l["department"] != ward)
    w.run("stocktake", "decide", data, "--line", other["line"], "--decision", "stop", "--as", "shicho").exits(1, 3)
    for line in mine["lines"]:
        if "leaver" in line["findings"]:
            w.run("stocktake", "decide", data, "--line", line["line"], "--decision", "stop", "--as", "shicho").exits(0)
    plain = sum(not l["findings"] for l in mine["lines"])
    rest = ["stocktake", "decide", data, "--department", ward, "--as", "shicho", "--rest"]
    w.run(*rest, plain + 1).exits(1).complains("件数が変わりました")
    w.run(*rest, plain).exits(0)
    w.run("stocktake", "close", data, "--as", "kanri").exits(1).complains("まだ決まっていない")
    decide_the_rest(w, data)

    # Sheets and the report for management are PDFs that hold the twenty.
    w.run("report", "stocktake", data, "--out", w.folder / "paper").exits(0)
    sheets = "".join(pdf_text(p) for p in sorted((w.folder / "paper").glob("sheet-*.pdf")))
    need("印" in sheets and all(login in sheets for login in left), "sheets")
    w.run("stocktake", "close", data, "--as", "kanri").exits(0)
    w.run("stocktake", "approve", data, "--as", "kanri").exits(1)
    w.run("stocktake", "approve", data, "--as", "incho", "--comment", "確認した").exits(0)
    w.run("report", "stocktake", data, "--out", w.folder / "paper").exits(0)
    report = pdf_text(w.folder / "paper" / "stocktake-report.pdf")
    need("結果報告" in report and "退職者のID" in report and "院長 一郎" in report, report[:600])
    need(all(p.login in report and p.name.split()[0] in report for p in everybody if p.left), "names")

    # What was decided is carried out and noted; daicho's own account is stopped by itself.
    done = show(w, data)
    need(done["totals"]["decisions"]["stop"] == 21 and done["totals"]["todo"] == 20, done["totals"])
    need("停止" in w.run("user", "list", data).exits(0).out, "daicho's own account")
    first = sorted(left)[0]
    w.run("stocktake", "done", data, "--account", first).exits(1).complains("証拠")
    w.run("stocktake", "done", data, "--account", first, "--evidence", "作業票 12", "--as", "kanri").exits(0)
    need(show(w, data)["totals"]["todo"] == 19, "to-do")
    w.run("verify", data).exits(0)


def decide_the_rest(w, data):
    """Stops every leaver and the account of the head, entered from paper where somebody is named."""
    seen = show(w, data)
    for part in seen["departments"]:
        if part["plain"]:
            w.run("stocktake", "decide", data, "--department", part["department"], "--rest", part["plain"],
                  "--paper", "部署 長子").exits(0)
    for line in show(w, data)["lines"]:
        if not line["decision"]:
            stop = "leaver" in line["findings"] or line["account"] == "shicho"
            w.run("stocktake", "decide", data, "--line", line["line"], "--decision", "stop" if stop else "continue",
                  "--paper", "部署 長子", "--as", "kanri").exits(0)


main()
