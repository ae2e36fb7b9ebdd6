#!/usr/bin/env python3
"""Attacks on ways in: planted and stolen sessions, guessing from one and from many addresses, names
told apart by their answers, secrets in logs and files. usage: attacks_signin.py PROGRAM [WORD]"""
import collections, math, os, random, re, ssl, socket, statistics, threading, time

from harness import PASSWORD, Browser, Server, leaf_count, main, need, scenario
from signin import NEW, add, enrol, first_sign_in, totp

SESSION, FORM_COOKIE = "__Host-daicho", "__Host-form"
WRONG = "chigau-kagi-2026-x"


class From(Browser):
    """A browser at another address of this machine, seen by the server as that address."""
    def __init__(self, port, address):
        super().__init__(port, address=address)

    def guess(self, login, password=WRONG):
        """One try with a fresh form; the status."""
        return self.submit(self.get("/signin"), "/signin", follow=False, login=login,
                           password=password)


def address(n):
    return f"127.{1 + n // 250 // 250}.{n // 250 % 250}.{1 + n % 250}"


def is_open(port, token, path="/settings"):
    thief = Browser(port)
    thief.cookies = {SESSION: token}
    page = thief.send("GET", path)
    thief.close()
    return page.status == 200


# --- sessions -----------------------------------------------------------------------------

@scenario
def a_planted_cookie_never_becomes_a_session(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    w.user(data, "yakan", "staff", name="見本 夜勤")
    with Server(w, data) as server:
        attacker = Browser(server.port)
        attacker.sign_in("yakan")
        for planted in ("0" * 64, "f" * 64, "", "x" * 5000, "a; b", attacker.cookies[SESSION]):
            victim = Browser(server.port)
            page = victim.get("/signin")
            victim.cookies[SESSION] = planted
            done = victim.submit(page, "/signin", follow=False, login="kanri", password=PASSWORD)
            if done.status != 303:      # a cookie that no server would send: refused as a whole
                need(done.status in (400, 403, 413, 431), (planted[:20], done.status, done.text[:200]))
                continue
            need(victim.cookies[SESSION] != planted, f"{planted[:20]} is the session now")
            need("見本 花子" in victim.get("/settings").text, "signed in as somebody else")
            if re.fullmatch("[0-9a-f]{64}", planted) and planted != attacker.cookies[SESSION]:
                need(not is_open(server.port, planted), "the planted one opens it too")
        for fixed in (f"/signin?{SESSION}=" + "0" * 64, f"/settings?{SESSION}=" +
                      attacker.cookies[SESSION] + "&session=" + attacker.cookies[SESSION]):
            stranger = Browser(server.port)
            page = stranger.send("GET", fixed)
            need(page.status in (200, 303, 400) and SESSION not in stranger.cookies, fixed)


@scenario
def ended_stolen_and_damaged_sessions_open_nothing(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    for login in ("staff1", "staff2", "staff3", "staff4"):
        w.user(data, login, "staff", name="見本 " + login)
    with Server(w, data) as server:
        port, planner = server.port, Browser(server.port)
        planner.sign_in("kanri")
        tokens = {}
        for login in ("staff1", "staff2", "staff3", "staff4"):
            b = Browser(port)
            b.sign_in(login)
            tokens[login] = b.cookies[SESSION]
            need(is_open(port, tokens[login]), login)
            if login == "staff1":
                b.submit(b.get("/settings"), "/signout")
            elif login == "staff2":
                other = Browser(port)
                other.sign_in(login)
                b.submit(b.get("/password"), "/password", old=PASSWORD, new=NEW, again=NEW)
                need(not is_open(port, other.cookies[SESSION]), "another one after a new password")
                need(is_open(port, b.cookies[SESSION]), "one's own is gone")
        page = planner.get("/accounts/staff3/stop")
        planner.submit(page, "/accounts/staff3/stop")
        page = planner.get("/accounts/staff4")
        done = planner.submit(page, "/accounts/staff4", follow=False, role="operator",
                              password=PASSWORD)
        need(done.status == 303, done.text[:600])
        for login, token in tokens.items():
            need(not is_open(port, token), f"the old session of {login} still opens")
        mine = planner.cookies[SESSION]
        for damaged in (mine[:-1], mine + "0", mine.upper(), mine[1:] + mine[0], mine[:32],
                        mine.replace(mine[0], "g"), "%" + mine, mine + "\x00", f'"{mine}"'):
            need(damaged == mine or not is_open(port, damaged), f"opens: {damaged}")
        need(is_open(port, mine), "the planner's own session")
    w.run("verify", data).exits(0)


@scenario
def a_session_grows_only_with_a_new_token(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    first = add(w, data, "tanaka", "田中 美咲", "--role", "staff")
    with Server(w, data) as server:
        b = first_sign_in(server.port, "tanaka", first)
        secret, codes = enrol(b)
        fresh, tokens = Browser(server.port), []
        page = fresh.submit(fresh.get("/signin"), "/signin", login="tanaka", password=NEW)
        tokens.append(fresh.cookies[SESSION])
        for path in ("/settings", "/ledgers", "/requests", "/settings/totp", "/password"):
            need(fresh.send("GET", path).status == 303, f"{path} opens with half of the factors")
        fresh.submit(page, "/signin/code", code=totp(secret, 1))
        tokens.append(fresh.cookies[SESSION])
        need(fresh.get("/settings").status == 200, "the code is right")
        fresh.submit(fresh.get("/settings"), "/lock")
        fresh.submit(fresh.get("/lock"), "/lock/open", password=NEW)
        tokens.append(fresh.cookies[SESSION])
        need(len(set(tokens)) == 3, f"a token stays the same: {tokens}")
        need(not any(is_open(server.port, t) for t in tokens[:2]), "a half session opens it")


# --- guessing -------------------------------------------------------------------------------

GUESSES = 100_000
SECONDS = 150       # a slow machine shoots for so long; test_guessing.c has them all on a moved clock


class Gun:
    """Sign-in forms as fast as the server answers: one kept connection, one form's token."""
    def __init__(self, port, address):
        b = From(port, address)
        self.csrf = dict(b.get("/signin").form("/signin")["fields"])["csrf"]
        self.cookie = "; ".join(f"{k}={v}" for k, v in b.cookies.items())
        b.close()
        self.port, self.address, self.s, self.rest = port, address, None, b""

    def close(self):
        if self.s:
            self.s.close()
        self.s = None

    def shoot(self, login, password):
        """The status of one guess, and the answer's bytes."""
        if self.s is None:
            plain = socket.create_connection(("127.0.0.1", self.port), 120, (self.address, 0))
            self.s, self.rest = Browser.context.wrap_socket(plain), b""
        body = f"csrf={self.csrf}&login={login}&password={password}"
        self.s.sendall((f"POST /signin HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}"
                        "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                        f"{len(body)}\r\n\r\n{body}").encode())
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
        while len(self.rest) < length:
            self.more()
        answer, self.rest = self.rest[:length], self.rest[length:]
        if re.search(rb"(?i)\nconnection: *close", head):
            self.close()
        return int(head[9:12]), answer

    def more(self):
        got = self.s.recv(65536)
        need(got, "the server has hung up in the middle of an answer")
        self.rest += got


class Siege:
    """Guesses from many addresses at once, counted by login and status."""
    def __init__(self, port):
        self.port, self.count, self.lock, self.faults = port, collections.Counter(), threading.Lock(), []

    def volley(self, address, shots):
        """One attacker: its own address, one connection, guesses one after the other."""
        try:
            gun, seen = Gun(self.port, address), collections.Counter()
            for login, password in shots:
                if time.monotonic() > self.end:
                    break
                status, _ = gun.shoot(login, password)
                seen[login if login in self.known else "invented", status] += 1
            gun.close()
            with self.lock:
                self.count.update(seen)
        except Exception as why:
            self.faults.append(f"{address}: {why!r}")

    def run(self, volleys, known, hands=4):
        self.known, waiting, self.end = known, list(volleys), time.monotonic() + SECONDS
        random.Random(6).shuffle(waiting)

        def hand():
            while True:
                with self.lock:
                    if not waiting or self.faults or time.monotonic() > self.end:
                        return
                    address, shots = waiting.pop()
                self.volley(address, shots)
        threads = [threading.Thread(target=hand) for _ in range(hands)]
        for t in threads:
            t.start()
        return threads


def resident(server):
    """Memory of the server in MiB."""
    text = open(f"/proc/{server.process.pid}/status").read()
    return int(re.search(r"VmRSS:\s*(\d+)", text)[1]) / 1024


def volleys(ward):
    """A hundred thousand guesses: half at one person from fifty addresses; three tenths over forty
    people from forty addresses, one of them that of the ward; the rest at invented names, each new."""
    rng = random.Random(6)
    for n in range(50):
        yield address(100 + n), [("kanri", f"kagi-{n}-{i}") for i in range(GUESSES // 100)]
    for n in range(40):
        yield address(0) if n == 20 else address(200 + n), \
            [(ward[(n + i) % 40], f"haru-{i}") for i in range(GUESSES // 400 * 3)]
    for n in range(20):
        yield address(300 + n), [(f"dare{n}x{i}x{rng.randrange(10 ** 6)}", "aki-1")
                                 for i in range(GUESSES // 100)]


@scenario
def a_hundred_thousand_guesses_open_nothing_and_keep_nobody_out(w):
    data, ward = w.init(), [f"shokuin{n:02}" for n in range(40)]
    w.user(data, "kanri", "planner")
    w.user(data, "yakan", "staff", name="見本 夜勤")
    for login in ward:
        w.user(data, login, "staff", name="見本 " + login)
    # What a sanitizer keeps of freed memory would hide what the server itself takes.
    quiet = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=8:" + os.environ.get("ASAN_OPTIONS", "")}
    with Server(w, data, environment=quiet) as server:
        owner, nurse, waits = Browser(server.port), From(server.port, address(0)), []
        for b, login in ((owner, "kanri"), (nurse, "yakan")):
            b.sign_in(login)
            b.submit(b.get("/settings"), "/signout")
        siege, leaves = Siege(server.port), leaf_count(data)
        warm = list(volleys(ward))[::10]
        start = time.monotonic()
        for t in siege.run([(a, s[:200]) for a, s in warm], {"kanri", *ward}):
            t.join()
        before, siege.count = resident(server), collections.Counter()
        begun, threads = time.monotonic(), siege.run(volleys(ward), {"kanri", *ward})
        honest = 0
        while any(t.is_alive() for t in threads):
            # From browsers they have used before: again and again, in the middle of it.
            for b, login in ((owner, "kanri"), (nurse, "yakan")):
                at = time.monotonic()
                b.sign_in(login)
                waits.append(time.monotonic() - at)
                need(b.submit(b.get("/settings"), "/signout").status == 200, login)
                honest += 1
            time.sleep(2)
        took, minutes = time.monotonic() - begun, (time.monotonic() - start) / 60
        need(not siege.faults, siege.faults[:5])
        total = sum(siege.count.values())
        tries = collections.Counter()
        for (login, status), n in siege.count.items():
            need(status in (403, 429), f"{login}: {n} answers {status}")
            tries[login] += n if status == 403 else 0
        need(total == GUESSES or (took > SECONDS and total >= GUESSES / 20), total)
        allowed = 10 * max(1, minutes / 15)     # of the warm-up, too
        most = max((n, l) for l, n in tries.items() if l != "invented")
        need(most[0] <= allowed, f"{most} real tries in {minutes:.1f} minutes")
        # An address gets forty, and one in some seconds, whatever names it invents.
        need(tries["invented"] <= 20 * (40 + 12 * minutes), f"{tries['invented']} tries at invented names")
        grown = resident(server) - before
        need(grown < 48, f"the server has grown by {grown:.0f} MiB")
        written = leaf_count(data) - leaves
        real = sum(tries.values()) + sum(n for (l, s), n in siege.count.items() if s == 403)
        need(written < real + 10 * honest + 2000, f"{written} leaves written for {real} real tries")
        need(max(waits) < 20, f"an honest sign-in took {max(waits):.1f} s")
        right = From(server.port, address(999)).guess("kanri", PASSWORD)
        need(right.status == 429, "a guess would be found right among the delayed ones")
        print(f"      {total} of {GUESSES} guesses in {took:.0f} s ({total / took:.0f}/s): {sum(tries.values())} real, "
              f"at most {most[0]} at one person; {honest} honest sign-ins, slowest {max(waits):.1f} s; "
              f"memory {before:.0f} + {grown:.0f} MiB; {written} leaves")
    w.run("verify", data).exits(0)



@scenario
def spraying_and_distributed_guesses_get_few_tries_and_keep_nobody_out(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    w.user(data, "yakan", "staff", name="見本 夜勤")
    with Server(w, data) as server:
        owner = Browser(server.port)
        owner.sign_in("kanri")
        owner.submit(owner.get("/settings"), "/signout")
        ward = From(server.port, address(0))
        ward.sign_in("yakan")
        ward.submit(ward.get("/settings"), "/signout")
        sprayer, start = From(server.port, address(0)), time.monotonic()
        answers = [sprayer.guess(f"shokuin{n}").status for n in range(500)]
        minutes = (time.monotonic() - start) / 60
        need(set(answers) == {403, 429}, set(answers))
        need(answers.count(403) <= 45 + 12 * minutes, f"{answers.count(403)} real tries of 500")
        page = ward.guess("yakan", PASSWORD)
        need(page.status == 303, f"the ward is kept out by a guesser among it: {page.text[:300]}")
        tried, start = [], time.monotonic()
        for n in range(1, 201):
            thief = From(server.port, address(n))
            tried.append(thief.guess("kanri").status)
            thief.close()
        need(tried.count(403) <= 10 * max(1, (time.monotonic() - start) / 900), tried.count(403))
        owner.sign_in("kanri")
        need(owner.get("/settings").status == 200, "the owner is kept out of a known browser")
        right = From(server.port, address(300)).guess("kanri", PASSWORD)
        need(right.status == 429, "a guess would be found right among the delayed ones")
    w.run("verify", data).exits(0)


@scenario
def codes_of_every_kind_cannot_be_guessed(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    first = add(w, data, "tanaka", "田中 美咲", "--role", "staff")
    with Server(w, data) as server:
        secret, codes = enrol(first_sign_in(server.port, "tanaka", first))
        kinds = (("/signin/code", lambda: "%06d" % random.randrange(1000000)),
                 ("/signin/spare", lambda: "-".join("%04x" % random.randrange(65536)
                                                    for _ in range(4))))
        real, at = 0, 400
        for path, code in kinds:
            for _ in range(8):      # new sessions from new addresses do not start anew
                b = From(server.port, address(at))
                at += 1
                done = b.guess("tanaka", NEW)
                if done.status == 429:
                    continue
                for _ in range(6):
                    page = b.send("GET", path)
                    if page.status != 200:
                        break
                    answer = b.submit(page, path, follow=False, code=code())
                    real += answer.status == 403 and "続けて間違えた" not in answer.text
                    need(answer.status in (403, 429, 303), (path, answer.status, answer.text[:200]))
                    need(b.send("GET", "/settings").status == 303, "a guessed code opens it")
        need(1 <= real <= 10, f"{real} real tries at codes of one person")
        stranger, answers = From(server.port, address(999)), []
        for _ in range(120):
            page = stranger.submit(stranger.get("/inspect"), "/inspect", follow=False,
                                   code="k1234567-aaaa-bbbb-cccc")
            answers.append(page.status)
        need(429 in answers and 303 not in answers and answers.count(403) < 60,
             f"codes of inspectors: {answers.count(403)} real tries of {len(answers)}")


# --- who exists -------------------------------------------------------------------------------

def p_value(one, two):
    """Mann-Whitney, two-sided, normal approximation; ties do not occur among times."""
    order = sorted([(t, 0) for t in one] + [(t, 1) for t in two])
    ranks = sum(i + 1 for i, (_, which) in enumerate(order) if which == 0)
    n, m = len(one), len(two)
    z = (ranks - n * (n + m + 1) / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def answer_times(w, data, round_, known, disabled, times, texts):
    """Each known login may be tried five times from new addresses before it is delayed."""
    with Server(w, data, name=f"times{round_}") as server:
        jobs = [(kind, login) for login in known for kind in ("known", "unknown") for _ in range(5)]
        jobs += [("disabled", login) for login in disabled for _ in range(5)]
        random.shuffle(jobs)
        b, left, at = None, 0, 10 * round_
        for i, (kind, login) in enumerate(jobs):
            if left == 0:
                b, left, at = From(server.port, address(2000 + at + i)), 30, at + 1
                b.get("/signin")
            left -= 1
            if kind == "unknown":
                login = f"dare{round_}x{i}"
            page = b.get("/signin")
            start = time.perf_counter()
            # The same address may not try the same login too often: pairs are delayed first.
            done = b.submit(page, "/signin", follow=False, login=login, password=WRONG)
            took = time.perf_counter() - start
            if done.status == 429:
                left = 0
                continue
            times[kind].append(took)
            # Without the clock and the terminal's class this browser chose before.
            said = re.sub(r"\d\d:\d\d|この端末: .*? このパソコンは", "", done.text)
            texts.setdefault((done.status, said), set()).add(kind)


@scenario
def known_unknown_and_disabled_names_are_answered_alike(w):
    data = w.init()
    known, disabled = [f"shokuin{n:02}" for n in range(12)], [f"taishoku{n}" for n in range(3)]
    for login in known + disabled:
        w.user(data, login, "staff", name="見本 " + login)
    for login in disabled:
        w.run("user", "disable", data, login).exits(0)
    for turn in (1, 2):     # a busy machine may speak once, not twice
        times, texts = {"known": [], "unknown": [], "disabled": []}, {}
        for round_ in range(4):
            answer_times(w, data, turn * 10 + round_, known, disabled, times, texts)
        need(len(texts) == 1, f"answers differ: {list(texts.items())[:4]}")
        need(min(len(times["known"]), len(times["unknown"])) >= 200, {k: len(t) for k, t in times.items()})
        p = {kind: p_value(times[kind], times["unknown"]) for kind in ("known", "disabled")}
        said = ", ".join(f"{k} {len(t)} x {statistics.median(t) * 1000:.1f} ms"
                         for k, t in times.items())
        print(f"      {said}; p {p['known']:.2f} {p['disabled']:.2f}")
        if min(p.values()) > 0.01:
            return
    raise AssertionError(f"names can be told by the time of the answer: {p}, {said}")


TIMINGS = 10_000


@scenario
def ten_thousand_answers_do_not_tell_who_exists(w):
    """What a guesser gets beyond the first tries is the delay: neither its words nor its time tell
    names that exist from others. (The first tries, with their whole work, are measured above.)"""
    data = w.init()
    known = [f"shokuin{n:02}" for n in range(12)]
    for login in known:
        w.user(data, login, "staff", name="見本 " + login)
    names = {**{login: "known" for login in known}, **{f"daremo{n:03}": "unknown" for n in range(12)}}
    need(len({len(n) for n in names}) == 1, "names of one length")
    with Server(w, data) as server:
        for turn in (1, 2):     # a busy machine may speak once, not twice
            gun, times, texts, delayed = Gun(server.port, address(3000 + turn)), {}, {}, collections.Counter()
            for _ in range(3):
                for login in names:
                    gun.shoot(login, WRONG)
            shots = list(names) * (TIMINGS // len(names) + 1)
            random.shuffle(shots)
            for login in shots[:TIMINGS]:
                start = time.perf_counter()
                status, page = gun.shoot(login, WRONG)
                took = time.perf_counter() - start
                kind = names[login]
                delayed[kind, status] += 1
                if status == 429:
                    times.setdefault(kind, []).append(took)
                # Without numbers (the wait), the time of the page and the login it gives back.
                said = re.sub(rb"[0-9a-z]{26}|\d+", b"#", page.replace(login.encode(), b"#"))
                texts.setdefault((status, re.sub(rb'value="[^"]*"', b"", said)), set()).add(kind)
            gun.close()
            need(len(texts) <= 2 and all(len(k) == 2 for (s, _), k in texts.items() if s == 429),
                 f"answers differ: {[(s, k) for (s, _), k in texts.items()]}")
            need(min(map(len, times.values())) > TIMINGS * 0.45, dict(delayed))
            p = p_value(times["known"], times["unknown"])
            print(f"      {sum(delayed.values())} answers, {dict(delayed)}; median "
                  f"{statistics.median(times['known']) * 1000:.2f} and "
                  f"{statistics.median(times['unknown']) * 1000:.2f} ms; p {p:.2f}")
            if p > 0.01:
                return
    raise AssertionError(f"names can be told by the time of the answer: p {p}")


# --- what is written down ------------------------------------------------------------------------

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (info|warn\w*|error|notice) [\x20-\x7e\u00a0-\uffff]*")


def raw(port, request):
    """Bytes as no library would send them."""
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        with ssl._create_unverified_context().wrap_socket(plain) as s:
            s.sendall(request)
            s.settimeout(3)
            try:
                return s.recv(4096)
            except (OSError, ssl.SSLError):
                return b""


@scenario
def secrets_are_in_no_log_no_file_and_no_page(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    first = add(w, data, "tanaka", "田中 美咲", "--role", "staff")
    secrets = {PASSWORD, NEW, WRONG, first}
    with Server(w, data) as server:
        b = first_sign_in(server.port, "tanaka", first)
        secret, codes = enrol(b)
        secrets |= {secret, *codes, *(v for v in b.cookies.values() if len(v) >= 32)}
        secrets |= {v for f in b.get("/settings").forms for n, v in f["fields"] if n == "csrf"}
        pages = []
        for path, fields in (("/signin", {"login": "tanaka", "password": WRONG}),
                             ("/signin", {"login": WRONG, "password": WRONG, "nothing": "1"})):
            guest = Browser(server.port)
            pages.append(guest.submit(guest.get("/signin"), path, follow=False, **fields))
        for fields in ({"old": WRONG, "new": PASSWORD, "again": NEW},
                       {"old": NEW, "new": "short-1", "again": "short-1"},
                       {"old": NEW, "new": NEW, "again": NEW, "strange": WRONG}):
            pages.append(b.submit(b.get("/password"), "/password", follow=False, **fields))
        pages.append(b.submit(b.get("/settings/totp/remove"), "/settings/totp/remove",
                              follow=False, password=WRONG))
        pages.append(b.send("GET", "/ledger/" + WRONG + "?q=" + WRONG))
        for page in pages[:-1]:
            said = re.sub(rb'name="login"[^>]*', b"", page.body)
            for word in (PASSWORD, NEW, WRONG):
                need(word.encode() not in said, f"a page shows {word}: {page.text[:300]}")
        injected(server, b)
        lines = server.log.read_text().splitlines()
    for path in [server.log, *(p for p in data.rglob("*") if p.is_file())]:
        content = path.read_bytes()
        for word in secrets:
            need(word.encode() not in content, f"{word} stands in {path.name}")
            if re.fullmatch("[0-9a-f]{64}", word):
                need(bytes.fromhex(word) not in content, f"the bytes of a token stand in {path.name}")
    strange = [l for l in lines if not LINE.fullmatch(l)]
    need(not strange, f"lines that are no event: {strange[:5]}")
    need(not any("forged" in l.split(" ")[1:3] for l in lines), "a line was forged")


def injected(server, b):
    """CR, LF and escape sequences wherever something of a request may be noted."""
    evil = "x%0d%0a2026-01-01T00:00:00Z%20error%20forged%1b[2J%00%0b%c2%85%e2%80%a8"
    for path in (f"/{evil}", f"/ledger/{evil}", f"/signin?next={evil}", f"/accounts/{evil}"):
        b.send("GET", path)
    for login in ("a\r\n2026-01-01T00:00:00Z error forged", "\x1b[31mroot\x1b[0m", "x\u2028y\x85z"):
        guest = Browser(server.port)
        guest.submit(guest.get("/signin"), "/signin", login=login, password=WRONG)
    for head in (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: a\x1b[2J\x0b\x7fb\r\n\r\n",
                 b"GET / HTTP/1.1\r\nHost: x\r\n forged: 1\r\nUser-Agent: a\nforged: b\r\n\r\n",
                 b"GET /\x1b[31m\x80\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                 b"F\x1b[2JRGED / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"):
        raw(server.port, head)


@scenario
def every_cookie_is_bound_to_this_site_and_closed_to_script(w):
    data = w.init()
    w.user(data, "kanri", "planner")
    with Server(w, data) as server:
        b = Browser(server.port)
        b.sign_in("kanri")
        for path, fields in (("/terminal", {"name": "3階東", "terminal": "ward"}), ("/lock", {})):
            b.submit(b.get("/terminal"), path, **fields)
        b.submit(b.get("/lock"), "/lock/change", next="/")
        need(len(b.cookies) >= 4, f"only {sorted(b.cookies)}")
        again, set_ = Browser(server.port), []
        for page in (again.send("GET", "/signin"), again.submit(again.get("/signin"), "/signin",
                     follow=False, login="kanri", password=PASSWORD),
                     again.submit(again.get("/settings"), "/signout", follow=False)):
            set_ += page.headers.get_all("Set-Cookie") or []
        need(len(set_) >= 3, set_)
        for cookie in set_:
            parts = [p.strip() for p in cookie.split(";")]
            need(parts[0].startswith("__Host-") and {"Path=/", "Secure", "HttpOnly"} <= set(parts)
                 and ({"SameSite=Lax", "SameSite=Strict"} & set(parts)), cookie)
            need(not any(p.lower().startswith("domain") for p in parts), cookie)


if __name__ == "__main__":
    main()
