#!/usr/bin/env python3
"""SIGKILL under load over HTTPS: what was acknowledged is there exactly once and verifies.
usage: kill.py PROGRAM [WORD]; DAICHO_KILLS says how often to kill (default 10)."""
import collections, http.client, os, random, threading, time, urllib.parse

from harness import Browser, Server, entries, leaf_count, main, need, receipt_of, scenario

CLIENTS = 32
KILLS = int(os.environ.get("DAICHO_KILLS", "10"))


class Writer(threading.Thread):
    """One clerk who registers device after device and writes down each receipt."""
    def __init__(self, number, cookies, form):
        super().__init__(daemon=True)
        self.number, self.cookies, self.form = number, cookies, form
        self.count, self.waiting, self.acknowledged, self.fault = 0, None, [], None
        self.repeated = 0

    def next_request(self):
        self.count += 1
        name = f"機器 {self.number:02d}-{self.count:06d}"
        key = f"kill{self.number:02d}k{self.count:016d}xxxx"[:26]
        fields = dict(self.form["fields"], key=key, act="confirm")
        fields["v-name"], fields["v-asset_no"] = name, f"K{self.number:02d}-{self.count:06d}"
        return name, urllib.parse.urlencode(fields)

    def run_on(self, port, until):
        """Works until the server is gone or `until` is set. The unanswered request is kept and
        sent again, unchanged, to the next server."""
        browser = Browser(port, timeout=60)
        browser.cookies = dict(self.cookies)
        while not until.is_set():
            if not self.waiting:
                self.waiting = self.next_request()
            name, body = self.waiting
            try:
                page = browser.send("POST", self.form["action"], body,
                                    {"Content-Type": "application/x-www-form-urlencoded"})
            except (OSError, http.client.HTTPException):
                break
            receipt = receipt_of(page.headers.get("Location"))
            if page.status != 303 or receipt is None:
                self.fault = f"{name}: {page.status} {page.text[:300]}"
                break
            self.acknowledged.append((name, receipt, page.headers["Location"]))
            self.waiting = None
        browser.close()


def start_clerks(w, data):
    """Signs in once per clerk account and takes the form each will send again and again."""
    with Server(w, data, "first") as server:
        browser = Browser(server.port)
        browser.sign_in("unyo")
        page = browser.get("/ledger/devices/new")
        form = page.form("/ledger/devices/new")
    return [Writer(i, browser.cookies, form) for i in range(CLIENTS)]


def work(clerks, server, seconds=None):
    until = threading.Event()
    threads = [threading.Thread(target=c.run_on, args=(server.port, until), daemon=True)
               for c in clerks]
    for t in threads:
        t.start()
    if seconds is not None:
        time.sleep(seconds)
    return threads, until


def finish(threads):
    for t in threads:
        t.join(120)
        need(not t.is_alive(), "a client hangs")


def check(w, data, clerks, finished):
    """Every acknowledged entry stands there once, under its own receipt."""
    for c in clerks:
        need(not c.fault, c.fault)
    found = entries(w.export(data))
    count = collections.Counter(e["fields"]["name"] for e in found)
    receipts = {e["fields"]["name"]: (e["receipt"], e["entry"]) for e in found}
    twice = [n for n, k in count.items() if k > 1]
    need(not twice, f"registered twice: {twice[:5]}")
    total = 0
    for c in clerks:
        for name, receipt, location in c.acknowledged:
            total += 1
            need(name in receipts, f"{name} with receipt {receipt} is lost")
            need(receipts[name][0] == receipt and receipts[name][1] in location,
                 f"{name}: receipt {receipt}, but {receipts[name]} stands there")
    if finished:
        need(total == len(found), f"{len(found)} entries, {total} acknowledged")
    w.run("verify", data, timeout=900).exits(0)
    return total


@scenario
def killed_under_load_every_receipt_is_kept(w):
    data = w.init()
    w.user(data, "unyo", "operator")
    clerks = start_clerks(w, data)
    repeated = slowest = 0
    for kill in range(KILLS):
        start = time.monotonic()
        server = Server(w, data, "serve")
        slowest = max(slowest, time.monotonic() - start)
        threads, _ = work(clerks, server, random.uniform(0.05, 1.5))
        server.kill()
        finish(threads)
        repeated += sum(1 for c in clerks if c.waiting)
        if kill % 10 == 9:
            check(w, data, clerks, False)
    # The last server gets what stood unanswered; then all is acknowledged.
    server = Server(w, data, "serve")
    threads, until = work(clerks, server, 1.0)
    until.set()
    finish(threads)
    server.stop()
    total = check(w, data, clerks, True)
    print(f"      {KILLS} kills, {CLIENTS} clients, {total} acknowledged entries, "
          f"{leaf_count(data)} leaves, {repeated} requests repeated after a kill, "
          f"slowest start {slowest:.2f} s", flush=True)


@scenario
def sigterm_loses_no_request_and_exits_0(w):
    data = w.init()
    w.user(data, "unyo", "operator")
    clerks = start_clerks(w, data)
    for _ in range(3):
        server = Server(w, data, "serve")
        threads, _ = work(clerks, server, random.uniform(0.5, 1.0))
        start = time.monotonic()
        server.stop()
        need(time.monotonic() - start < 20, "stopping took too long")
        finish(threads)
        need("cut=0" in server.text().rsplit("stopped", 1)[-1], server.text()[-300:])
    check(w, data, clerks, False)
    # A request that was answered by nobody was not written either: asked again, each is new.
    names = {e["fields"]["name"] for e in entries(w.export(data))}
    lost = [c.waiting[0] for c in clerks if c.waiting and c.waiting[0] in names]
    need(not lost, f"written but never answered: {lost[:5]}")


main()
