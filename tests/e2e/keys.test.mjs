// Security keys and passkeys with Chromium's own virtual authenticator.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, serve } from "./daicho.mjs";

let server, b, page, cdp, authenticator;

/** WebAuthn knows names only: the address of the tests is a number. */
const byName = () => server.address.replace("127.0.0.1", "localhost");

async function signIn(login) {
  await page.goto(byName() + "/signin");
  await page.getByLabel("利用者ID").fill(login);
  await page.getByLabel("パスワード", { exact: true }).fill(server.password(login));
  await page.getByRole("button", { name: "ログイン" }).click();
}

async function enrol(label) {
  await page.goto(byName() + "/settings/keys");
  await page.getByLabel("鍵の呼び名").fill(label);
  await page.getByLabel("今のパスワード（ご本人の確認のため）").fill(server.password("unyo"));
  await ready();
  await page.getByRole("button", { name: "鍵に触れて登録する" }).click();
}

/** Waits for the script, which takes away the words for browsers without it. */
const ready = () => page.locator("[data-webauthn]:empty").waitFor({ state: "attached" });

async function touch() {
  await ready();
  await page.getByRole("button", { name: "鍵に触れて続ける" }).click();
}

const signOut = () => page.getByRole("button", { name: "ログアウト" }).click();
const credentials = async () => (await cdp.send("WebAuthn.getCredentials", authenticator)).credentials;

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"]);
  b = await browser();
  ({ page } = b);
  cdp = await b.context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  authenticator = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "usb", hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  });
  await signIn("unyo");
  await page.waitForURL((url) => !url.pathname.startsWith("/signin"));
});

after(async () => {
  await b.close();
  assert.equal(await server.stop(), 0, server.log());
});

test("a key is enrolled with the password only, and not twice", async () => {
  await page.goto(byName() + "/settings/keys");
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.getByLabel("鍵の呼び名").fill("青い鍵");
  await page.getByLabel("今のパスワード（ご本人の確認のため）").fill("wrong-password-0");
  await ready();
  await page.getByRole("button", { name: "鍵に触れて登録する" }).click();
  await page.locator(".notice-error").waitFor();
  await cdp.send("WebAuthn.clearCredentials", authenticator);
  await enrol("青い鍵");
  await page.getByRole("heading", { name: "セキュリティキー「青い鍵」" }).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await enrol("同じ鍵");
  await page.getByText("鍵を確かめられませんでした").waitFor();
});

test("signing in asks for the key, which works once per challenge", async () => {
  await signOut();
  await signIn("unyo");
  await page.getByRole("heading", { name: "セキュリティキーで確認" }).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.goto(byName() + "/ledgers");
  await page.getByRole("heading", { name: "セキュリティキーで確認" }).waitFor();
  const sent = page.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/signin/key"));
  await touch();
  const body = (await sent).postData();
  await page.waitForURL((url) => !url.pathname.startsWith("/signin"));
  assert.match(await page.locator("body").innerText(), /ログアウト/);

  // The same answer in a new session is worth nothing.
  await signOut();
  await signIn("unyo");
  await page.getByRole("heading", { name: "セキュリティキーで確認" }).waitFor();
  const csrf = await page.locator("main form [name*=csrf]").getAttribute("value");
  const again = new URLSearchParams(body);
  for (const name of [...again.keys()]) if (/csrf/.test(name)) again.set(name, csrf);
  const answer = await b.context.request.post(byName() + "/signin/key", {
    data: again.toString(), maxRedirects: 0,
    headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: byName() },
  });
  assert.equal(answer.status(), 403);
});

test("a copied key is refused", async () => {
  const [key] = await credentials();
  await cdp.send("WebAuthn.removeCredential", { ...authenticator, credentialId: key.credentialId });
  await cdp.send("WebAuthn.addCredential", { ...authenticator, credential: { ...key, signCount: 0 } });
  await signIn("unyo");
  await touch();
  await page.getByText("複製された疑い").waitFor();
  await cdp.send("WebAuthn.removeCredential", { ...authenticator, credentialId: key.credentialId });
  await cdp.send("WebAuthn.addCredential", { ...authenticator, credential: { ...key, signCount: 1000 } });
  await signIn("unyo");
  await touch();
  await page.waitForURL((url) => !url.pathname.startsWith("/signin"));
});

/** As if the last full proof were eleven minutes old. */
function age() {
  execFileSync("python3", ["-c",
    "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=10); " +
    "db.execute('UPDATE session SET reauth = reauth - 660000000'); db.commit()",
    join(server.data, "daicho.db")]);
}

test("after a while the key is asked for again, and its answer proves once", async () => {
  const password = () => page.getByLabel("今のパスワード（ご本人の確認のため）");
  const make = () => page.getByRole("button", { name: /^(作る|作り直す)$/ });
  age();
  await page.goto(byName() + "/settings/calendar");
  assert.deepEqual(await accessibilityFaults(page), []);
  await password().fill(server.password("unyo"));
  await ready();
  const sent = page.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/settings/calendar"));
  await make().click();
  const body = (await sent).postData();
  assert.match(body, /signature=[^&]{20,}/);
  await page.getByText("カレンダーのアドレスを作りました").waitFor();

  // Within ten minutes the password is enough; afterwards it alone is not, nor is an old answer.
  await page.goto(byName() + "/settings/calendar");
  assert.equal(await page.locator("[data-webauthn]").count(), 0);
  for (const shown of [new URLSearchParams(body), new URLSearchParams({ password: server.password("unyo") })]) {
    age();
    await page.goto(byName() + "/settings/calendar");
    shown.set("csrf", await page.locator("main form [name=csrf]").first().getAttribute("value"));
    const answer = await b.context.request.post(byName() + "/settings/calendar", {
      data: shown.toString(), maxRedirects: 0,
      headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: byName() },
    });
    assert.equal(answer.status(), 422);
  }

  // A key of somebody else does not help, and keys are changed only after the proof.
  const [key] = await credentials();
  await cdp.send("WebAuthn.removeCredential", { ...authenticator, credentialId: key.credentialId });
  await page.goto(byName() + "/settings/keys");
  assert.equal(await page.getByLabel("鍵の呼び名").count(), 0);
  await password().fill(server.password("unyo"));
  await ready();
  await page.getByRole("button", { name: "本人であることを確かめる" }).click();
  await page.getByText("鍵を確かめられませんでした").waitFor();
  await cdp.send("WebAuthn.addCredential", { ...authenticator, credential: key });
  await page.goto(byName() + "/settings/keys");
  assert.deepEqual(await accessibilityFaults(page), []);
  await password().fill(server.password("unyo"));
  await ready();
  await page.getByRole("button", { name: "本人であることを確かめる" }).click();
  await page.getByLabel("鍵の呼び名").waitFor();
});

test("a key goes only with the password, and then is not asked for", async () => {
  await page.goto(byName() + "/settings/keys");
  await page.getByLabel("消すには、今のパスワードを入れてください").fill("wrong-password-0");
  await page.getByRole("button", { name: "この登録を消す" }).click();
  await page.locator(".notice-error").waitFor();
  await page.getByLabel("消すには、今のパスワードを入れてください").fill(server.password("unyo"));
  await page.getByRole("button", { name: "この登録を消す" }).click();
  await page.getByText("まだありません。").waitFor();
  await signOut();
  await signIn("unyo");
  await page.waitForURL((url) => !url.pathname.startsWith("/signin"));
});
