#!/usr/bin/env python3
"""What the first release must show, through the command line alone. usage: shows.py PROGRAM [WORD]"""
import base64, csv, io, json, os, re, shutil, sqlite3, subprocess, sys

import hospital as files
import rfc6962
import tamper
from harness import ORG, ROOT, Skip, entries, fact_count, leaf_count, main, need, scenario
from hospital import hospital


# --- import --------------------------------------------------------------------------

@scenario
def import_dry_run_reports_rows_and_changes_nothing(w):
    data = w.init()
    path = w.file("機器.csv", files.with_bad_rows())
    before, leaves = w.export(data), fact_count(data)
    report = w.run("import", data, "devices", path, "--dry-run", "--format", "json") \
        .exits(1).complains("誤り", "何も変えていません").json()
    need(report["encoding"].lower().replace("-", "").startswith("cp932"), report["encoding"])
    fields = {c["header"]: c["field"] for c in report["columns"]}
    need(fields["備品番号"] == "asset_no" and fields["機器名称"] == "name", fields)
    need(all(fields[c] is None for c in files.NEW_COLUMNS), fields)
    status = {r["row"]: r["status"] for r in report["rows"]}
    need(status == {4: "new", 5: "error", 6: "error"}, status)
    faults = {r["row"]: [e["column"] for e in r["errors"]] for r in report["rows"]}
    need(faults[5] == ["取得年月日"] and faults[6] == ["ＩＰアドレス"], faults)
    need(report["totals"]["new"] == 1 and report["totals"]["error"] == 2, report["totals"])
    # Without --dry-run rows in error stop the whole file.
    w.run("import", data, "devices", path).exits(1).complains("誤り")
    need(w.export(data) == before and fact_count(data) == leaves, "something was written")
    # A file without errors says so with exit 0 and still changes nothing.
    good = w.file("良い.csv", files.device_list())
    w.run("import", data, "devices", good, "--dry-run", "--format", "json").exits(0)
    need(w.export(data) == before and fact_count(data) == leaves, "a dry run wrote")
    w.run("verify", data).exits(0)


@scenario
def import_twice_makes_no_duplicates(w):
    data = w.init()
    path = w.file("機器.csv", files.device_list())
    first = w.run("import", data, "devices", path, "--format", "json").exits(0).json()
    need(first["totals"]["new"] == files.DEVICES and first["receipt"] > 0, first["totals"])
    before, leaves = w.export(data), fact_count(data)
    second = w.run("import", data, "devices", path, "--format", "json").exits(0).json()
    need(second["totals"]["unchanged"] == files.DEVICES and "receipt" not in second, second)
    need(w.export(data) == before and fact_count(data) == leaves, "the second import wrote")
    got = {e["fields"]["asset_no"]: e["fields"] for e in entries(before)}
    need(sorted(got) == ["X-001", "X-002", "X-003"], sorted(got))
    need(got["X-001"]["introduced_on"] == "2023-04-01", "Japanese era")
    need(got["X-003"]["introduced_on"] == "2018-10-01", "short era")
    need(got["X-002"]["ip"] == "192.0.2.102", "full-width address")
    need(got["X-003"]["name"] == "病棟ノート﨑", "a letter only CP932 has")


@scenario
def the_same_rows_as_xlsx_are_unchanged(w):
    data = w.init()
    w.run("import", data, "devices", w.file("機器.csv", files.device_list())).exits(0)
    rows = list(csv.reader(io.StringIO(files.DEVICE_LIST)))
    path = files.xlsx(w.folder / "機器.xlsx", rows)
    report = w.run("import", data, "devices", path, "--dry-run", "--format", "json").exits(0).json()
    need(report["totals"]["unchanged"] == files.DEVICES, report["totals"])


@scenario
def what_is_exported_is_taken_back_unchanged(w):
    data = hospital(w)
    for kind, name in (("csv", "a.csv"), ("csv-cp932", "b.csv"), ("xlsx", "c.xlsx")):
        path = w.folder / name
        w.run("export", data, "devices", "--format", kind, "--out", path).exits(0)
        report = w.run("import", data, "devices", path, "--dry-run", "--format", "json") \
            .exits(0).json()
        need(report["totals"]["unchanged"] == files.DEVICES, (kind, report["totals"]))
    w.run("import", data, "devices", w.file("式.csv", "機器名,備考\r\n試験,=1+1\r\n")).exits(0)
    text = w.run("export", data, "devices").exits(0).out
    need(not re.search(r"(^|,)\"?=1\+1", text, re.M), "a formula left as a formula")


# --- catalogue and round -------------------------------------------------------------

# As printed in the R6 checklist for hospitals: section, number, columns to answer.
PRINTED = """1 (1) general; 2 (1) general; 2 (2) general; 2 (3) general; 2 (4) server terminal;
2 (5) server terminal; 2 (6) server; 2 (7) server terminal network; 2 (8) network;
2 (9) server terminal; 3 (1) general; 3 (2) general; 3 (3) general"""


def printed():
    return {(p.split()[0], p.split()[1]): p.split()[2:] for p in PRINTED.split(";")}


@scenario
def catalogue_lists_every_printed_item(w):
    c = w.run("catalogue", "show", "mhlw-checklist-r6-hospital", "--format", "json").exits(0).json()
    need(set(c) >= {"catalogue", "title", "edition", "publisher", "published", "source", "status",
                    "items"}, sorted(c))
    items = {(i["section"], i["number"]): i for i in c["items"] if i["number"]}
    need(set(items) == set(printed()), set(items) ^ set(printed()))
    for place, applies in printed().items():
        i = items[place]
        need(i["columns"] == applies, (place, i["columns"]))
        need(i["topic"] and i["says"] and i["do"] and i["show"] and i["role"], place)
    listed = w.run("catalogue", "list", "--format", "json").exits(0).out
    need("mhlw-checklist-r6-hospital" in listed, listed)


@scenario
def round_proposes_with_reasons_and_confirms_nothing(w):
    data = hospital(w, "with-devices")
    view = w.run("round", "show", data, "1", "--format", "json").exits(0).json()
    lines = {(i["item"], i["column"]): i for i in view["items"]}
    need(len(lines) >= 19, sorted(lines))
    devices = lines["2-(1)", "general"]
    need("3" in devices["proposal"]["reason"] and devices["proposal"]["counted"] == files.DEVICES,
         devices["proposal"])
    need(all(i["proposal"]["reason"] for i in view["items"]), "a proposal without reason")
    need(devices["answer"]["value"] == "yes" and view["totals"]["yes"] == 1, view["totals"])
    need(view["totals"]["unconfirmed"] == len(lines) - 1, view["totals"])
    again = w.run("round", "open", data, "mhlw-checklist-r6-hospital", "--year", "2026",
                  "--as", "kanri").exits(1)
    again.complains()


@scenario
def next_year_shows_last_answers_all_unconfirmed(w):
    data = hospital(w)
    w.run("round", "open", data, "mhlw-checklist-r6-hospital", "--year", "2027",
          "--as", "kanri").exits(0)
    view = w.run("round", "show", data, "2", "--format", "json").exits(0).json()
    line = [i for i in view["items"] if i["item"] == "2-(1)"][0]
    need(line["previous"]["value"] == "yes" and line["answer"]["value"] == "unconfirmed", line)
    need(view["totals"]["unconfirmed"] == len(view["items"]), view["totals"])


@scenario
def approval_is_out_of_date_once_an_answer_changes(w):
    data = hospital(w)
    show = lambda: w.run("round", "show", data, "1", "--format", "json").exits(0).json()
    w.run("round", "approve", data, "--round", "1", "--as", "kanri", "--partial").exits(1)
    w.run("round", "approve", data, "--round", "1", "--as", "incho").exits(1).complains()
    w.run("round", "approve", data, "--round", "1", "--as", "incho", "--partial").exits(0)
    need(show()["approval"]["state"] == "current", show()["approval"])
    w.run("round", "answer", data, "--round", "1", "--item", "3-(1)", "--value", "no", "--target",
          "2027-03-01", "--as", "kanri").exits(0)
    need(show()["approval"]["state"] == "outdated", show()["approval"])


# --- rounds of every kind --------------------------------------------------------------

def shown(w, data, round, *options):
    return w.run("round", "show", data, round, *options, "--format", "json").exits(0).json()


def opened(w, data, *arguments):
    done = w.run("round", "open", data, *arguments, "--as", "kanri", "--format", "json").exits(0).json()
    return {r["catalogue"]: r["round"] for r in done["rounds"]}


@scenario
def a_clinic_without_server_is_asked_less_and_told_why(w):
    data = w.folder / "clinic"
    w.run("init", data, "--org", "見本医院", "--kind", "clinic").exits(0)
    w.user(data, "kanri", "planner")
    rounds = opened(w, data, "mhlw-6.0-control", "mhlw-5-cd", "--year", "2026")
    before = {c: shown(w, data, r) for c, r in rounds.items()}
    w.run("round", "answer", data, "--round", rounds["mhlw-6.0-control"], "--item", "7-②", "--value",
          "yes", "--note", "契約書の3条", "--as", "kanri").exits(0)
    answers = w.file("scope.csv", "名前,院内にサーバがある,システムの事業者と契約がある\n今のようす,いいえ,いいえ\n".encode())
    w.run("import", data, "scope", answers, "--as", "kanri").exits(0)
    for catalogue, round in rounds.items():
        now = shown(w, data, round)
        was = {i["item"] for i in before[catalogue]["items"]}
        left, asked = {e["id"] for e in now["excluded"]}, {i["item"] for i in now["items"]}
        need(left and asked < was and not left & asked, (catalogue, len(left), len(asked)))
        need(all(e["reason"].endswith("。") for e in now["excluded"]), now["excluded"][:3])
        need(now["totals"]["excluded"] == len(now["excluded"]), now["totals"])
        need(now["totals"]["asked"] == len(now["items"]), now["totals"])
    kept = [e for e in shown(w, data, rounds["mhlw-6.0-control"])["excluded"] if e["id"] == "7-②"][0]
    need(kept["answers"][0]["answer"]["note"] == "契約書の3条", kept)
    w.run("round", "answer", data, "--round", rounds["mhlw-6.0-control"], "--item", "7-②", "--value",
          "yes", "--as", "kanri").exits(1).complains()


@scenario
def every_catalogue_opens_and_answers_in_its_own_way(w):
    data = w.folder / "kinds"
    w.run("init", data, "--sample").exits(0)
    rounds = opened(w, data, "all", "--year", "2026")
    listed = w.run("catalogue", "list", "--format", "json").exits(0).json()
    kinds = {c["catalogue"]: c["kind"] for c in listed}
    need({"checklist", "guideline", "bcp", "network", "notes"} <= {kinds[c] for c in rounds}, rounds)
    w.run("round", "open", data, "all", "--year", "2026", "--as", "kanri").exits(1).complains()
    for catalogue in kinds:
        if kinds[catalogue] != "contract":
            site = opened(w, data, catalogue, "--year", "2026", "--site", "別館")[catalogue]
            view = shown(w, data, site)
            need(view["kind"] == kinds[catalogue] and view["scope_name"] == "別館", view["title"])
            # The sample hospital does no care services and says so.
            need(view["items"] or all("介護" in e["reason"] for e in view["excluded"]), catalogue)
            if view["items"]:
                answer_one(w, data, site, view["items"][0])


def answer_one(w, data, round, line):
    """The first item in the way it asks for."""
    given = {"text": "見本", "number": "12", "date": "2026-06-01"}
    how = ("--value", "yes") if line["ask"] == "yesno" else (
        "--given", given.get(line["ask"]) or line["options"][0])
    column = ("--column", line["column"]) if line["column"] else ()
    w.run("round", "answer", data, "--round", round, "--item", line["item"], *column, *how, "--responsible",
          "unyo", "--as", "kanri").exits(0)
    answered = shown(w, data, round)["items"][0]["answer"]
    need(answered["value"] in ("yes", "given") and answered["responsible"] == "見本 次郎", answered)


@scenario
def bcp_counts_27_checks_and_mine_is_mine(w):
    data = w.folder / "bcp"
    w.run("init", data, "--sample").exits(0)
    round = opened(w, data, "bcp-confirmation-r6", "--year", "2026")["bcp-confirmation-r6"]
    need(shown(w, data, round)["totals"]["checks"] == 27, shown(w, data, round)["totals"])
    mine = {login: [i["item"] for i in shown(w, data, round, "--only", "mine", "--as", login)["items"]]
            for login in ("kanri", "unyo", "incho")}
    need(sum(map(len, mine.values())) == 21 and all(mine.values()), mine)
    w.run("round", "assign", data, "--round", round, "--role", "executive", "--responsible", "unyo",
          "--as", "kanri").exits(0)
    need(not shown(w, data, round, "--only", "mine", "--as", "incho")["items"], "still the executive's")
    need(len(shown(w, data, round, "--only", "mine", "--as", "unyo")["items"]) ==
         len(mine["unyo"]) + len(mine["incho"]), mine)
    w.run("round", "answer", data, "--round", round, "--item", "1-1", "--value", "no", "--statements",
          "a,c", "--target", "2026-10-01", "--as", "kanri").exits(0)
    view = shown(w, data, round)
    need(view["totals"]["checks_met"] == 2 and view["totals"]["overdue"] == 1, view["totals"])
    listed = w.run("round", "list", data, "--format", "json").exits(0).json()
    reminders = [r for l in listed if l["round"] == round for r in l["reminders"]]
    need([r["kind"] for r in reminders][0] == "overdue" and reminders[0]["date"] == "2026-10-01", reminders)


# --- report --------------------------------------------------------------------------

@scenario
def inspection_pack_holds_numbers_answers_and_checkpoint(w):
    data, out = hospital(w), w.folder / "pack"
    w.run("round", "answer", data, "--round", "1", "--item", "3-(3)", "--value", "no", "--target",
          "2027-01-15", "--as", "kanri").exits(0)
    w.run("report", "inspection", data, "--round", "1", "--out", out).exits(0)
    note = w.run("log", "checkpoint", data).exits(0).out.split("\n")
    if not shutil.which("pdftotext"):
        raise Skip("pdftotext is missing (package poppler-utils)")
    text = subprocess.run(["pdftotext", "-layout", out / "inspection.pdf", "-"], check=True,
                          capture_output=True).stdout.decode()
    close = re.sub(r"\s", "", text)
    for section, number in printed():
        need(number in close, f"item {section}-{number} is not in the PDF")
    for word in (ORG, "はい", "いいえ", "令和6年度", "受付パソコン①", "棚卸し済み"):
        need(word in close, f"{word} is not in the PDF")
    need("2027-01-15" in close or "令和9年1月15日" in close or "2027年1月15日" in close, "target date")
    root = base64.b64decode(note[2]).hex()
    need(note[0] in close, "the origin of the log is not in the PDF")
    need(root in close.lower() or note[2] in close, "the root of the log is not in the PDF")
    need((out / "inspection.xlsx").stat().st_size > 2000, "no workbook")


@scenario
def libreoffice_opens_the_workbook(w):
    if not shutil.which("soffice"):
        raise Skip("soffice is missing (package libreoffice-calc-nogui)")
    data, out = hospital(w), w.folder / "pack"
    w.run("report", "inspection", data, "--round", "1", "--out", out).exits(0)
    done = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{w.folder}/profile", "--headless",
         "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
         "--outdir", str(w.folder / "csv"), str(out / "inspection.xlsx")],
        capture_output=True, timeout=240)
    sheets = sorted((w.folder / "csv").glob("*.csv"))
    need(sheets, done.stdout.decode() + done.stderr.decode())
    text = "\n".join(s.read_text("utf-8-sig") for s in sheets)
    for _, number in printed():
        need(number in text, f"item {number} is not in the workbook")
    need("はい" in text and "受付パソコン①" in text, "answers or devices are missing")


# --- verification --------------------------------------------------------------------

@scenario
def verify_says_what_it_verified_and_up_to_where(w):
    data = hospital(w)
    held = w.file("held", w.run("log", "checkpoint", data).exits(0).out)
    result = w.run("verify", data, "--format", "json").exits(0).json()
    need(result["ok"] and result["verified"] == leaf_count(data), result)
    need(result["anchor"]["size"] == result["verified"] and result["findings"] == [], result)
    text = w.run("verify", data, "--checkpoint", held).exits(0)
    text.says("改ざんは見つかりませんでした", "手元の控え", f"{leaf_count(data)}件", result["origin"],
              result["root"])


@scenario
def every_tampering_is_found_and_its_place_named(w):
    base = hospital(w, "base")
    w.run("log", "checkpoint", base).exits(0)
    w.run("verify", base).exits(0)
    tried, missed = 0, []
    for table in tamper.tables(base):
        columns = tamper.columns(base, table)
        acts = [(tamper.change, name) for name, _ in columns]
        acts += [(act, columns) for act in (tamper.delete, tamper.insert, tamper.reorder)]
        for act, column in acts:
            data = w.copy(base, "tampered")
            if not tamper.do(data, act, table, column):
                continue
            tried += 1
            result = w.run("verify", data)
            name = f"{act.__name__} {table}" + (f".{column}" if act is tamper.change else "")
            if result.code != 1 or not re.search(r"受付番号 ?\d|台帳|利用者|証明|表|記録|鍵|基本情報|daicho\.db",
                                                 result.err):
                missed.append(f"{name}: exit {result.code}: {result.err.strip()[:160]}")
    need(not missed, f"{len(missed)} of {tried} acts:\n" + "\n".join(missed))
    need(tried > 60, f"only {tried} acts were possible")
    print(f"      {tried} acts of tampering were found", flush=True)


@scenario
def rolled_back_folder_is_found_with_a_held_checkpoint(w):
    data = hospital(w)
    old = w.copy(data, "old")
    w.run("import", data, "devices", w.file("more.csv", "機器名\r\n後から来た機器\r\n")).exits(0)
    held = w.file("held", w.run("log", "checkpoint", data).exits(0).out)
    w.run("verify", data, "--checkpoint", held).exits(0)
    w.run("verify", old).exits(0)
    w.run("verify", old, "--checkpoint", held).exits(1).complains("控え")
    # With the anchors of today beside the database of yesterday the server refuses to start.
    mixed = w.copy(old, "mixed")
    shutil.rmtree(mixed / "anchors")
    shutil.copytree(data / "anchors", mixed / "anchors")
    w.run("verify", mixed).exits(1).complains()
    w.run("serve", mixed, "--listen", "127.0.0.1:0").exits(1, 3).complains()


@scenario
def export_is_accepted_by_independent_checkers(w):
    data, out = hospital(w), w.folder / "log"
    devices = "機器名,管理番号\r\n" + "".join(f"試験機 {i},T-{i:04d}\r\n" for i in range(300))
    w.run("import", data, "devices", w.file("many.csv", devices)).exits(0)
    key = w.run("log", "key", data).exits(0).out.strip()
    held = w.file("held", w.run("log", "checkpoint", data).exits(0).out)
    w.run("log", "export", data, "--out", out).exits(0)
    done = subprocess.run([sys.executable, ROOT / "tools" / "verify.py", out, "--vkey", key,
                           "--checkpoint", held], capture_output=True)
    need(done.returncode == 0, done.stdout.decode())
    leaves = list(rfc6962.leaves(out))
    note = (out / "checkpoint").read_text().split("\n")
    need(len(leaves) == int(note[1]) == leaf_count(data) > 300, (len(leaves), note[1]))
    need(base64.b64encode(rfc6962.root(leaves)).decode() == note[2], "another root")
    w.run("verify", out).exits(0)
    victim = rfc6962.bundles(out)[0]
    victim.write_bytes(victim.read_bytes().replace(b"devices", b"DEVICES", 1))
    done = subprocess.run([sys.executable, ROOT / "tools" / "verify.py", out], capture_output=True)
    need(done.returncode == 1, done.stdout.decode())
    w.run("verify", out).exits(1).complains()


main()
