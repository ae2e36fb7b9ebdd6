// What must not be possible in a browser or with hand-made requests: script from stored text,
// pages of others, forged posts, old sessions, attachments that run.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { PASSWORD, browser, formFields, openRound, post, serve, signIn } from "./daicho.mjs";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "../../src/page");
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
  "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'";
const HEADERS = {
  "content-security-policy": CSP,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "strict-transport-security": "max-age=31536000",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

const PAYLOADS = [
  "<script>alert(1)</script>",
  "\"><img src=x onerror=alert(2)>",
  "'><svg/onload=alert(3)>",
  "</title></textarea></script><script>alert(4)</script>",
  "<iframe srcdoc='<script>parent.alert(5)</script>'>",
  "<details open ontoggle=alert(6)>",
  "<a href=javascript:alert(7)>x</a>",
  "<form action=//evil.example><button>送る",
  "<style>*{display:none}</style>",
  "<base href=//evil.example/>",
  "<meta http-equiv=refresh content=0;url=//evil.example>",
  "{{7*7}}${7*7}<%= 7*7 %>",
  "＜script＞&lt;script&gt;alert(13)&lt;/script&gt;",
  "--><!--<img src=//evil.example/x>",
];
const LOGINS = { executive: "incho", planner: "kanri", operator: "unyo", auditor: "kansa" };

let server, b, ids;
const contexts = {};

async function createEntry(page, ledger, fields, files = {}) {
  await page.goto(`${server.address}/ledger/${ledger}/new`);
  const form = page.locator("main form[method=post]");
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name="v-${name}"]`).fill(value);
  for (const [name, file] of Object.entries(files)) await form.locator(`[name="u-${name}"]`).setInputFiles(file);
  await page.getByRole("button", { name: "確定して保存" }).click();
  await page.waitForURL(/\/entry\//);
  return new URL(page.url()).pathname;
}

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"]);
  b = await browser();
  for (const [role, login] of Object.entries(LOGINS)) {
    contexts[role] = await b.another();
    await signIn(contexts[role].page, server, login);
  }
  const { page } = contexts.planner;
  await page.goto(server.address + "/ledger/devices");
  const device = await page.locator("tbody th a").first().getAttribute("href");
  const round = new URL(await openRound(page, server)).pathname;
  const question = await page.locator("tbody th a").first().getAttribute("href");
  ids = { device, round, question };
});

after(async () => {
  await b.close();
  assert.equal(await server.stop(), 0, server.log());
});

test("stored text is shown as text everywhere and never runs", async () => {
  const { page, context } = contexts.planner;
  const alarms = [];
  page.on("dialog", (dialog) => { alarms.push("dialog: " + dialog.message()); dialog.dismiss(); });
  page.on("console", (m) => /Content Security Policy|Refused/.test(m.text()) && alarms.push(m.text()));
  page.on("request", (r) => !r.url().startsWith(server.address) && alarms.push("request: " + r.url()));
  await page.addInitScript(() =>
    addEventListener("securitypolicyviolation", (e) => console.error("Content Security Policy " + e.blockedURI)));

  const holds = async (what, payload) => {
    const text = await page.evaluate(() =>
      document.body.innerText + [...document.querySelectorAll("input, textarea")].map((n) => n.value).join("\n"));
    assert.ok(text.includes(payload), `${what} does not show ${payload}`);
    assert.equal(await page.locator("main iframe, main script, main base, main style, main [onerror], main [onload]").count(), 0);
  };

  for (let i = 0; i < PAYLOADS.length; i += 3) {
    const [name, place, note] = [0, 1, 2].map((n) => PAYLOADS[(i + n) % PAYLOADS.length]);
    const shown = async (what) => { for (const payload of [name, place, note]) await holds(what, payload); };
    const path = await createEntry(page, "devices", { asset_no: `X${i}`, name, place, note },
      i === 0 ? { files: { name: "<img src=x onerror=alert(9)>.txt", mimeType: "text/plain", buffer: Buffer.from("a\n") } } : {});
    await shown("entry");
    await page.goto(server.address + path + "/edit");
    await shown("form");
    await page.locator("[name=v-place]").fill(place + "2");
    await page.getByLabel("変更の理由").fill(note);
    await page.getByRole("button", { name: "確定して保存" }).click();
    await page.goto(server.address + path + "/history");
    await holds("history", place + "2");
    await shown("history");
    assert.ok((await page.locator(".history").innerText()).includes("理由: " + note));
    await page.goto(server.address + path + "/rev/1");
    await shown("revision");
  }
  await page.goto(server.address + "/ledger/devices?q=X");
  for (let i = 0; i < PAYLOADS.length; i += 3) {
    await holds("list", PAYLOADS[i]);
    await holds("list", PAYLOADS[(i + 1) % PAYLOADS.length]);
  }
  for (const payload of PAYLOADS.slice(0, 4)) {
    await page.goto(`${server.address}/ledger/devices?q=${encodeURIComponent(payload)}`);
    await holds("search", payload);
  }

  await page.goto(server.address + ids.question);
  await page.getByRole("radio", { name: "対象外", exact: true }).check();
  await page.getByLabel("備考").fill(PAYLOADS.join("\n"));
  await page.getByLabel(/ファイルを付ける/).setInputFiles({ name: "\"><script>alert(8)<.txt", mimeType: "text/plain", buffer: Buffer.from("b\n") });
  await page.getByRole("button", { name: "この答えで確認する" }).click();
  for (const path of [ids.question, ids.round + "/approve"]) {
    await page.goto(server.address + path);
    for (const payload of PAYLOADS) await holds(path, payload);
  }
  for (const path of [ids.round, "/", "/ledgers", "/packs", "/rounds"]) await page.goto(server.address + path);

  const evil = `管理番号,機器名,"${PAYLOADS[0]}"\nX0,"${PAYLOADS[1].replace(/"/g, '""')}",x\n`;
  await page.goto(server.address + "/ledger/devices/import");
  await page.getByLabel("ファイル", { exact: true }).setInputFiles({ name: "<b>表.csv", mimeType: "text/csv", buffer: Buffer.from(evil) });
  await page.getByRole("button", { name: "次へ" }).click();
  await holds("columns", PAYLOADS[0]);
  await page.getByRole("button", { name: "何が起きるか確かめる" }).click();
  await holds("plan", PAYLOADS[1]);

  const csv = await context.request.get(server.address + "/ledger/devices/export?format=csv");
  assert.equal(csv.headers()["content-security-policy"], CSP + "; sandbox");
  assert.match(csv.headers()["content-disposition"], /^attachment/);
  assert.deepEqual(alarms, []);
});

/** All routes of the program with their methods; places filled with real ids. */
function routes() {
  const text = ["routes_base.def", "routes_ledger.def", "routes_round.def"]
    .map((name) => readFileSync(join(SOURCE, name), "utf8")).join("\n");
  const [, , ledger, , entry] = ids.device.split("/");
  return [...text.matchAll(/ROUTE\((\w+), "([^"]+)", \w+, PERM_(\w+)/g)].map(([, method, pattern, permission]) => ({
    method, permission, pattern,
    path: pattern.replace("{ledger}", ledger).replace("{entry}", entry).replace("{rev}", "1")
      .replace("{round}", ids.round.split("/")[2]).replace("{item}", "0").replace("{column}", "general")
      .replace("{format}", "xlsx").replace("{measure}", "devices_owned").replace(/export$/, "export?format=csv").replace(/\{(hash|token|batch|login|account)\}/, "0".repeat(32)),
  }));
}

test("nobody who is not signed in sees or does anything", async () => {
  const { context } = await b.another();
  const all = routes();
  assert.ok(all.length >= 40);
  for (const route of all.filter((r) => r.permission !== "PUBLIC")) {
    const answer = route.method === "GET"
      ? await context.request.get(server.address + route.path, { maxRedirects: 0 })
      : await post(context, server, route.path, [["value", "yes"]]);
    const toSignIn = answer.status() === 303 && answer.headers().location.startsWith("/signin");
    assert.ok(toSignIn || answer.status() === 403, `${route.method} ${route.path}: ${answer.status()}`);
    assert.ok(!(await answer.text()).includes("電子カルテ主サーバ"), route.path);
  }
  await context.close();
});

test("each role opens what it may and nothing else", async () => {
  const ledgerRoles = { READ: ["executive", "planner", "operator", "auditor"], CREATE: ["planner", "operator"],
    EDIT: ["planner", "operator"], IMPORT: ["planner", "operator"], EXPORT: ["planner", "operator", "auditor"] };
  const plain = { SETUP: ["planner"], ACCOUNTS: ["planner"] };
  const everybody = Object.keys(LOGINS);
  for (const route of routes().filter((r) => r.method === "GET" && r.path !== "/signin/code" && r.permission !== "PUBLIC")) {
    if (route.pattern.includes("pack/") || route.pattern.endsWith("/print")) continue; // measured elsewhere, slow
    const allowed = route.permission.startsWith("LEDGER_") ? ledgerRoles[route.permission.slice(7)]
      : plain[route.permission] ?? everybody;
    for (const role of everybody) {
      const answer = await contexts[role].context.request.get(server.address + route.path, { maxRedirects: 0 });
      if (allowed.includes(role)) assert.ok([200, 303, 404].includes(answer.status()), `${role} ${route.path}: ${answer.status()}`);
      else assert.equal(answer.status(), 403, `${role} ${route.path}`);
    }
  }
});

test("an auditor changes nothing, a director edits no device", async () => {
  const attempts = routes().filter((r) => r.method === "POST" && r.permission !== "PUBLIC" &&
    !/^\/(signout|password|signin|settings)|columns$/.test(r.path));
  for (const role of ["auditor", "executive"]) {
    const { page, context } = contexts[role];
    await page.goto(server.address + "/settings");
    const csrf = (await formFields(page, "form[action='/signout']"))[0];
    for (const route of attempts) {
      if (role === "executive" && !route.permission.startsWith("LEDGER_")) continue;
      const answer = await post(context, server, route.path,
        [csrf, ["op", "void"], ["rev", "1"], ["reason", "x"], ["value", "yes"], ["v-name", "x"]]);
      if (role === "executive" && route.permission === "LEDGER_READ") continue; // may return entries
      if (route.permission === "VERIFY") continue; // reads only
      assert.ok([403, 422].includes(answer.status()), `${role} POST ${route.path}: ${answer.status()}`);
    }
  }
  const { page } = contexts.planner;
  await page.goto(server.address + ids.device + "/history");
  assert.equal(await page.locator(".revision").count(), 1);
});

test("ledgers of the system cannot be reached as ledgers", async () => {
  const { context } = contexts.planner;
  for (const ledger of ["answers", "rounds", "approvals", "imports", "facility", "..%2Fdevices", "devices%00"])
    for (const rest of ["", "/new", "/export?format=csv", "/import", "/columns"]) {
      const answer = await context.request.get(`${server.address}/ledger/${ledger}${rest}`, { maxRedirects: 0 });
      assert.ok([400, 404].includes(answer.status()), `${ledger}${rest}: ${answer.status()}`);
    }
});

test("forged posts are refused", async () => {
  const { page, context } = contexts.operator;
  const path = ids.device + "/edit";
  await page.goto(server.address + path);
  const fields = await formFields(page);
  const token = fields.find(([name]) => /csrf/.test(name));
  assert.ok(token, "a form carries its token");
  const others = fields.filter((field) => field !== token);
  const refused = async (form, headers) => {
    const answer = await post(context, server, path, form, headers);
    assert.equal(answer.status(), 403);
  };
  await refused(others);
  await refused([...others, [token[0], "0".repeat(token[1].length)]]);
  await contexts.planner.page.goto(server.address + path);
  const foreign = (await formFields(contexts.planner.page)).find(([name]) => name === token[0]);
  await refused([...others, foreign]);
  await refused(fields, { Origin: "https://evil.example" });
  await refused(fields, { Origin: "null" });
  await refused(fields, { "Sec-Fetch-Site": "cross-site" });
  await page.goto(server.address + ids.device + "/history");
  assert.equal(await page.locator(".revision").count(), 1);
});

test("every answer carries the headers that hold the browser back", async () => {
  const { context } = contexts.planner;
  for (const path of ["/", "/signin", "/ledger/devices", ids.round, "/nothing", "/ledger/answers"]) {
    const headers = (await context.request.get(server.address + path, { maxRedirects: 0 })).headers();
    for (const [name, value] of Object.entries(HEADERS)) assert.equal(headers[name], value, `${path} ${name}`);
    assert.equal(headers.server, undefined);
  }
});

test("attachments are downloads and belong to their entry", async () => {
  const { page, context } = contexts.planner;
  const html = { name: "開くな.html", mimeType: "text/html", buffer: Buffer.from("<!doctype html><script>alert(1)</script>") };
  await page.goto(server.address + "/ledger/devices/new");
  await page.locator("[name=v-name]").fill("添付の試験");
  await page.locator("[name=u-files]").setInputFiles(html);
  await page.getByRole("button", { name: "確定して保存" }).click();
  await page.waitForLoadState();
  assert.match(await page.locator(".error-summary, [role=alert]").first().innerText(), /html|ファイル|種類/i, "a page is no attachment");

  const holder = await createEntry(page, "vendors", { name: "秘密の事業者" },
    { remote_files: { name: "規程.txt", mimeType: "text/plain", buffer: Buffer.from("秘密\n") } });
  await page.goto(server.address + holder);
  const link = await page.getByRole("link", { name: "規程.txt" }).getAttribute("href");
  const answer = await context.request.get(server.address + link);
  assert.equal(await answer.text(), "秘密\n");
  assert.match(answer.headers()["content-disposition"], /^attachment; filename=/);
  assert.equal(answer.headers()["x-content-type-options"], "nosniff");
  assert.equal(answer.headers()["content-security-policy"], CSP + "; sandbox");

  const hash = link.split("/").pop();
  for (const elsewhere of [`${ids.device}/file/${hash}`, `${ids.round}/file/${hash}`]) {
    const stolen = await context.request.get(server.address + elsewhere);
    assert.equal(stolen.status(), 404, elsewhere);
  }
  const files = await contexts.executive.context.request.get(`${server.address}/files/${hash}`);
  assert.equal(files.status(), 404);
});

/** The code of RFC 6238 for a base32 secret, now. */
function totp(secret) {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
  const mac = createHmac("sha1", key).update(step).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}

test("a second factor is not replaced without the password", async () => {
  const { page, context } = await b.another();
  await signIn(page, server, "kansa");
  await page.goto(server.address + "/settings/totp");
  const secret = await page.locator("input[name=secret]").getAttribute("value");
  await page.getByLabel("確認コード（6桁）").fill(totp(secret));
  await page.getByLabel("今のパスワード").fill("wrong-password-0");
  await page.getByRole("button", { name: "登録する" }).click();
  await page.locator(".notice-error").waitFor();
  await page.goto(server.address + "/settings");
  assert.match(await page.locator("main").innerText(), /未登録/);
  await context.close();
});

test("a session ends when it should", async () => {
  const { page, context } = await b.another();
  await signIn(page, server, "unyo");
  const cookie = (await context.cookies()).find((c) => c.name === "__Host-daicho");
  assert.deepEqual([cookie.secure, cookie.httpOnly, cookie.sameSite, cookie.path, cookie.domain],
    [true, true, "Lax", "/", "127.0.0.1"]);
  const still = async (value) => {
    const fresh = await b.another();
    await fresh.context.addCookies([{ ...cookie, value }]);
    const answer = await fresh.context.request.get(server.address + "/ledgers", { maxRedirects: 0 });
    await fresh.context.close();
    return answer.status() === 200;
  };
  assert.equal(await still(cookie.value), true);
  await page.getByRole("button", { name: "ログアウト" }).click();
  await page.waitForURL(/signin/);
  assert.equal(await still(cookie.value), false, "signed out");

  await signIn(page, server, "unyo");
  const before = (await context.cookies()).find((c) => c.name === "__Host-daicho").value;
  await page.goto(server.address + "/password");
  await page.getByLabel("今のパスワード").fill(server.password("unyo"));
  await page.getByLabel("新しいパスワード", { exact: true }).fill(PASSWORD);
  await page.getByLabel("新しいパスワード（もう一度）").fill(PASSWORD);
  await page.getByRole("button", { name: "変更する" }).click();
  await page.waitForURL((url) => url.pathname === "/");
  const now = (await context.cookies()).find((c) => c.name === "__Host-daicho").value;
  assert.notEqual(now, before);
  assert.equal(await still(before), false, "the old session after a change of password");
  assert.equal(await still(now), true);
  await context.close();
});

test("after signing in, people land inside and nowhere else", async () => {
  for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
    const { page, context } = await b.another();
    await page.goto(`${server.address}/signin?next=${encodeURIComponent(next)}`);
    await page.getByLabel("利用者ID").fill("kansa");
    await page.getByLabel("パスワード", { exact: true }).fill(server.password("kansa"));
    await page.getByRole("button", { name: "ログイン" }).click();
    await page.waitForURL(server.address + "/");
    await context.close();
  }
});
