#!/usr/bin/env python3
"""Bad files, bad definitions and bad requests: each gets a clear message, nothing changes.
usage: bad_input.py PROGRAM [WORD]"""
import os, pathlib, shutil, threading, zipfile

import hospital as files
from harness import (Browser, ROOT, Server, entries, japanese, fact_count, main, need, receipt_of,
                     scenario)
from hospital import hospital


def unchanged(w, data):
    """What must be the same afterwards: facts and what people see."""
    return fact_count(data), w.export(data), w.export(data, "vendors")


# --- definitions ---------------------------------------------------------------------

LEDGER = """format: 1
ledger: trial
version: 1
order: 99
title: {ja: 試し, en: Trial}
purpose: {ja: 試しの台帳です。, en: A trial.}
source:
  - {document: 試し, place: 1}
owner: planner
name_field: name
fields:
  - id: 1
    name: name
    type: text
    label: {ja: 名前, en: Name}
    help: {ja: 名前です。}
    example: 試し
    required: true
    max: 80
workflow:
  confirm: {roles: [planner], four_eyes: false}
  void: {roles: [planner]}
permissions:
  read: [planner]
  create: [planner]
  edit: [planner]
  export: [planner]
  import: [planner]
retention: {clock: confirmed, years: 5, basis: 試し, action: keep}
import: {key: [name]}
views:
  list: {columns: [name], sort: [name asc], filters: []}
  form:
    - {title: {ja: 基本, en: Basics}, fields: [name]}
  report: {columns: [name], landscape: false}
"""
# What is wrong, the text that is replaced, by what, and the line to be named (0: any).
WRONG = [
    ("unknown key", "owner: planner\n", "owner: planner\nonwer: planner\n", 10),
    ("unknown key in a field", "    max: 80\n", "    max: 80\n    maximum: 80\n", 20),
    ("wrong type", "    max: 80\n", "    max: eighty\n", 19),
    ("list for a map", "title: {ja: 試し, en: Trial}", "title: [試し, Trial]", 5),
    ("text for a list", "fields:\n", "fields: none\nrest:\n", 0),
    ("unknown field type", "type: text", "type: txet", 14),
    ("dangling reference", "columns: [name], sort", "columns: [nmae], sort", 0),
    ("reused id", "    max: 80\n", "    max: 80\n  - {id: 1, name: other, type: text, "
                               "label: {ja: 他, en: Other}}\n", 0),
    ("unknown role", "roles: [planner], four", "roles: [plannner], four", 0),
    ("broken YAML", "title: {ja: 試し, en: Trial}", "title: {ja: 試し, en: Trial", 0),
    ("tab", "owner: planner", "\towner: planner", 0),
    ("alias", "owner: planner", "owner: &x planner", 0),
]


@scenario
def definition_faults_name_file_line_and_column(w):
    good = w.file("trial.yaml", LEDGER)
    w.run("ledger", "check", good).exits(0)
    for what, old, new, line in WRONG:
        need(old in LEDGER, what)
        path = w.file("trial.yaml", LEDGER.replace(old, new, 1))
        result = w.run("ledger", "check", path)
        need(result.code == 1, f"{what}: exit {result.code}\n{result.err}")
        result.complains("trial.yaml:" + (f"{line}:" if line else ""))
    w.file("trial.yaml", LEDGER.encode("cp932"))
    w.run("ledger", "check", good).exits(1).complains("trial.yaml")
    w.file("trial.yaml", b"")
    w.run("ledger", "check", good).exits(1).complains("trial.yaml")
    w.run("ledger", "check", w.folder / "none.yaml").exits(1, 3).complains("none.yaml")


@scenario
def server_refuses_to_start_with_a_bad_definition(w):
    data = w.init()
    before = unchanged(w, data)
    share = w.folder / "share"
    shutil.copytree(ROOT / "content", share / "content")
    shutil.copytree(ROOT / "web", share / "web")
    path = share / "content" / "ledgers" / "devices.yaml"
    path.write_text(path.read_text().replace("owner: operator", "owner: operator\nonwer: x", 1))
    os.environ["DAICHO_SHARE"] = str(share)
    try:
        w.run("serve", data, "--listen", "127.0.0.1:0").exits(1, 3).complains("devices.yaml:", "onwer")
    finally:
        del os.environ["DAICHO_SHARE"]
    need(unchanged(w, data) == before, "the folder changed")


# --- files -----------------------------------------------------------------------------

def bomb(path):
    return files.xlsx(path, [["機器名"], ["爆弾"]], filler=150 << 20)


def sparse(path, size):
    with open(path, "wb") as f:
        f.write("機器名,備考\n".encode())
        f.truncate(size)
    return path


def one_line(path, size):
    with open(path, "wb") as f:
        f.write("機器名,備考\n".encode())
        for _ in range(size >> 20):
            f.write(b"a" * (1 << 20))
    return path


def with_entity(path):
    head = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    return files.xlsx(path, [["機器名"], ["実体"]], head=head)


def bad_files(w):
    """Name of the case, the file, words of the message."""
    f = w.folder
    yield "1 GB line of nothing", sparse(f / "gb.csv", 1 << 30), ("",)
    yield "line of 100 MB", one_line(f / "long.csv", 100 << 20), ("2行目",)
    yield "100,000 columns", w.file("wide.csv", ",".join(f"列{i}" for i in range(100000)) + "\n"
                                    + "機器名\n"), ("1行目", "列が多すぎます")
    yield "zip bomb", bomb(f / "bomb.xlsx"), ("圧縮",)
    yield "DOCTYPE", with_entity(f / "doctype.xlsx"), ("DOCTYPE", "保存し直して")
    yield "broken UTF-8", w.file("broken.csv", "機器名,備考\n".encode() + b"ok,\xe3\x81\nx,\xff\xfe\n"), ("行目",)
    yield "NUL", w.file("nul.csv", b"name,note\nabc\0def,x\n"), ("NUL",)
    yield "open quote", w.file("quote.csv", "機器名,備考\n\"開いたまま,x\n".encode()), ("引用符",)
    yield "PNG as CSV", w.file("image.csv", b"\x89PNG\r\n\x1a\n" + bytes(2000)), ("",)
    yield "PDF as XLSX", w.file("paper.xlsx", b"%PDF-1.7\n" + b"x" * 2000), ("PDF",)
    yield "XLS as XLSX", w.file("old.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4000)), ("xls",)
    yield "program as CSV", w.file("prog.csv", b"\x7fELF\x02\x01\x01" + bytes(2000)), ("",)
    yield "half a workbook", w.file("half.xlsx", files.xlsx(
        f / "whole.xlsx", [["機器名"], ["半分"]]).read_bytes()[:700]), ("壊れ",)
    yield "other archive", other_archive(f / "zip.xlsx"), ("",)
    yield "empty", w.file("empty.csv", b""), ("表がありません",)
    yield "blank only", w.file("blank.csv", b"\r\n,,,\r\n  ,\r\n"), ("",)


def other_archive(path):
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("../../etc/passwd", "x")
        z.writestr("readme.txt", "no table")
    return path


@scenario
def bad_files_are_refused_by_import_and_nothing_changes(w):
    data = hospital(w)
    before = unchanged(w, data)
    for what, path, words in bad_files(w):
        for extra in ((), ("--dry-run", "--format", "json")):
            result = w.run("import", data, "devices", path, *extra, timeout=120)
            need(result.code == 1, f"{what}: exit {result.code}\n{result.out[:500]}{result.err}")
            result.complains(*words)
        path.unlink()
    w.run("import", data, "devices", w.folder / "none.csv").exits(1, 3).complains("none.csv")
    w.run("import", data, "devices", w.folder).exits(1, 3).complains()
    w.run("import", data, "nothing", w.file("a.csv", "機器名\nx\n")).exits(1).complains("nothing")
    need(unchanged(w, data) == before, "something was written")
    w.run("verify", data).exits(0)


@scenario
def bad_files_are_refused_by_the_import_page(w):
    data = hospital(w)
    before = unchanged(w, data)
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("kanri")
        start = b.get("/ledger/devices/import")
        for what, path, words in bad_files(w):
            if path.stat().st_size > 100 << 20:
                continue
            page = b.upload(start, "/ledger/devices/import", "file", path.name, path.read_bytes())
            need(page.status in (200, 400, 413, 422) and japanese(page.text), (what, page.status))
            for word in words:
                need(word in page.text, f"{what}: no {word!r} in {page.status} {page.text[:600]}")
            need("取り込みました" not in page.text, what)
        need(b.get("/ledgers").status == 200, "the server is ill")
        need(not list((data / "work").glob("*up*")), "an upload was left behind")
    need(unchanged(w, data) == before, "something was written")


@scenario
def blank_trailing_rows_are_ignored(w):
    data = w.init()
    rows = files.device_list() + b",,,,,,,\r\n" * 50000
    report = w.run("import", data, "devices", w.file("blank.csv", rows), "--format", "json") \
        .exits(0).json()
    need(report["totals"]["new"] == files.DEVICES, report["totals"])
    need(len(entries(w.export(data))) == files.DEVICES, "blank rows became entries")


@scenario
def wrong_values_name_row_column_and_accepted_ones(w):
    data = w.init()
    text = "機器名,種別,サポート終了日,IPアドレス,医療情報を扱う\r\n" \
           "正,サーバ,2030-01-01,192.0.2.1,はい\r\n" \
           "種別,冷蔵庫,,,\r\n日付,,来年,,\r\n番地,,,1.2.3,\r\n三択,,,,たぶん\r\n,サーバ,,,\r\n"
    report = w.run("import", data, "devices", w.file("types.csv", text), "--dry-run", "--format",
                   "json").exits(1).json()
    wrong = {r["row"]: r["errors"][0] for r in report["rows"] if r["status"] == "error"}
    need(sorted(wrong) == [3, 4, 5, 6, 7], report["rows"])
    need("サーバ" in wrong[3]["reason"], wrong[3])
    need([wrong[i]["column"] for i in (3, 4, 5, 6, 7)] ==
         ["種別", "サポート終了日", "IPアドレス", "医療情報を扱う", "機器名"], wrong)
    need(all(japanese(e["reason"]) for e in wrong.values()), wrong)
    need(fact_count(data) == fact_count(data) and w.export(data) and
         len(entries(w.export(data))) == 0, "a row was written")


# --- people ------------------------------------------------------------------------------

@scenario
def a_form_sent_twice_is_one_entry(w):
    data = hospital(w)
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("unyo")
        page = b.get("/ledger/devices/new")
        values = {"v-name": "二度押しの機器", "act": "confirm"}
        places = [b.submit(page, "/ledger/devices/new", follow=False, **values) for _ in range(3)]
        receipts = {receipt_of(p.headers["Location"]) for p in places}
        need([p.status for p in places] == [303] * 3 and len(receipts) == 1, receipts)
        results = []
        page = b.get("/ledger/devices/new")
        values["v-name"] = "同時押しの機器"
        threads = [threading.Thread(target=lambda: results.append(twin(server, b, page, values)))
                   for _ in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        need(len(set(results)) == 1 and len(results) == 8, results)
    names = [e["fields"]["name"] for e in entries(w.export(data))]
    need(names.count("二度押しの機器") == 1 and names.count("同時押しの機器") == 1, names)


def twin(server, like, page, values):
    b = Browser(server.port)
    b.cookies = dict(like.cookies)
    return receipt_of(b.submit(page, "/ledger/devices/new", follow=False, **values)
                      .headers["Location"])


@scenario
def two_editors_of_one_entry_lose_nothing(w):
    data = hospital(w)
    entry = next(e for e in entries(w.export(data)) if e["fields"]["asset_no"] == "X-001")
    path = f"/ledger/devices/entry/{entry['entry']}/edit"
    with Server(w, data) as server:
        one, two = Browser(server.port), Browser(server.port)
        one.sign_in("unyo")
        two.sign_in("kanri")
        first, second = one.get(path), two.get(path)
        done = one.submit(first, path, follow=False, act="confirm", **{"v-place": "二階"})
        need(done.status == 303, done.text[:500])
        clash = two.submit(second, path, follow=False, act="confirm", **{"v-place": "三階"})
        need(clash.status == 409, (clash.status, clash.text[:500]))
        need("二階" in clash.text and "三階" in dict(clash.form(path)["fields"])["v-place"],
             "both values must be shown")
        again = two.submit(clash, path, follow=False, act="confirm")
        need(again.status == 303, again.text[:500])
        history = one.get(f"/ledger/devices/entry/{entry['entry']}/history").text
        need("二階" in history and "三階" in history, history[:800])
    w.run("verify", data).exits(0)


@scenario
def wrong_values_in_a_form_keep_what_was_typed(w):
    data = hospital(w)
    before = unchanged(w, data)
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("unyo")
        page = b.submit(b.get("/ledger/devices/new"), "/ledger/devices/new", follow=False,
                        act="confirm", **{"v-name": "打ち間違い", "v-ip": "300.1.1.1",
                                          "v-introduced_on": "令和の頃"})
        typed = dict(page.form("/ledger/devices/new")["fields"])
        need(page.status == 422 and typed["v-name"] == "打ち間違い", page.status)
        need(typed["v-ip"] == "300.1.1.1" and "まだ保存していません" in page.text, page.text[:600])
        for fields in ({"v-kind": "冷蔵庫"}, {"v-vendor": "no-such-entry"}, {"v-name": "あ" * 200},
                       {"v-name": "改\x07行"}):
            answer = b.submit(b.get("/ledger/devices/new"), "/ledger/devices/new", follow=False,
                              act="confirm", **{"v-name": "x", **fields})
            need(answer.status == 422 and japanese(answer.text), (fields, answer.status))
    need(unchanged(w, data) == before, "something was written")


@scenario
def attachments_that_lie_about_their_type_are_refused(w):
    data = hospital(w)
    before = unchanged(w, data)
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("unyo")
        for name, content in (("契約書.pdf", b"\x7fELF\x02\x01\x01" + bytes(3000)),
                              ("写真.png", b"<html><script>alert(1)</script></html>"),
                              ("表.xlsx", b"MZ" + bytes(3000)), ("空.pdf", b"")):
            page = b.get("/ledger/devices/new")
            form = page.form("/ledger/devices/new")
            form["fields"] = [(n, v) for n, v in form["fields"] if n != "v-name"] + \
                [("v-name", "偽の添付"), ("act", "confirm")]
            answer = b.upload(page, "/ledger/devices/new", "u-files", name, content, follow=False)
            need(answer.status == 422 and name in answer.text, (name, answer.status,
                                                               answer.text[:500]))
    need(unchanged(w, data) == before, "something was written")


@scenario
def dates_outside_the_year_are_refused(w):
    data = hospital(w)
    before = fact_count(data)
    for target in ("2026-03-31", "2027-04-01", "2027-02-30", "来年"):
        w.run("round", "answer", data, "--round", "1", "--item", "3-(1)", "--value", "no",
              "--target", target, "--as", "kanri").exits(1).complains()
    w.run("round", "answer", data, "--round", "1", "--item", "3-(1)", "--value", "no",
          "--target", "2027-04-01", "--as", "kanri").complains("年度")
    w.run("round", "answer", data, "--round", "1", "--item", "9-(9)", "--value", "no",
          "--as", "kanri").exits(1).complains("9-(9)")
    need(fact_count(data) == before, "something was written")
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("kanri")
        page = b.get("/round/1/next")
        need(page.status in (200, 404), page.status)
        rounds = b.get("/rounds")
        place = next(l for l in rounds.links if l.startswith("/round/")).split("?")[0]
        question = f"{place}/item/3-(1)/general"
        page = b.get(question)
        action = next(f["action"] for f in page.forms if "/item/" in f["action"])
        answer = b.submit(page, action, follow=False, value="no", target_on="2027-04-01")
        need(answer.status == 422 and "年度" in answer.text, (answer.status, answer.text[:500]))
    need(fact_count(data) == before, "something was written")


@scenario
def requests_that_make_no_sense_get_a_page(w):
    data = hospital(w)
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("unyo")
        for path, status in (("/nothing", 404), ("/ledger/nothing", 404),
                             ("/ledger/devices?page=-1", 422), ("/ledger/devices?sort=nothing", 422),
                             ("/ledger/devices?state=nothing", 422), ("/static/../keys", 404),
                             ("/ledger/devices/entry/nothing", 404), ("/round/99", 404)):
            page = b.send("GET", path)
            need(page.status in (status, 400) and japanese(page.text), (path, page.status, page.text))
        page = b.post("/ledger/devices/new", {"v-name": "鍵なし"}, follow=False)
        need(page.status == 403 and japanese(page.text), page.status)
        page = b.send("POST", "/ledger/devices/new", "v-name=" + "x" * (61 << 20),
                      {"Content-Type": "application/x-www-form-urlencoded"})
        need(page.status in (403, 413), page.status)
        stranger = Browser(server.port)
        page = stranger.send("GET", "/ledger/devices")
        need(page.status == 303 and "/signin" in page.headers["Location"], page.status)
        wrong = stranger.submit(stranger.get("/signin"), "/signin", login="unyo", password="違います")
        need(wrong.status == 403 and japanese(wrong.text), wrong.status)


main()
