// Client certificates in Chromium, as an IC card gives them to it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, daicho, serve } from "./daicho.mjs";

let server, b, card;
const contexts = [];

/** A browser window with or without the card in the reader. */
async function open(withCard) {
  const context = await b.context.browser().newContext({
    ignoreHTTPSErrors: true, locale: "ja-JP", reducedMotion: "reduce",
    clientCertificates: withCard ? [{ origin: server.address, pfxPath: card.path, passphrase: card.phrase }] : [],
  });
  contexts.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  return page;
}

async function signIn(page) {
  await page.goto(server.address + "/signin");
  await page.getByLabel("利用者ID").fill("unyo");
  await page.getByLabel("パスワード", { exact: true }).fill(server.password("unyo"));
  await page.getByRole("button", { name: "ログイン" }).click();
  await page.waitForURL((url) => url.pathname !== "/signin");
}

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"], (data) => {
    daicho(["tls", "init", data, "localhost", "127.0.0.1"]);
    daicho(["tls", "clients", data]);
    const path = join(data, "..", "unyo.p12");
    const said = daicho(["tls", "issue", data, "person", "unyo", "--out", path]);
    card = { path, phrase: /パスフレーズ: (\S+)/.exec(said)[1] };
  });
  // What the person's computer reads must be readable with the passphrase shown.
  execFileSync("openssl", ["pkcs12", "-in", card.path, "-passin", "pass:" + card.phrase, "-noout"]);
  b = await browser();
});

after(async () => {
  for (const context of contexts) await context.close();
  await b.close();
  assert.equal(await server.stop(), 0, server.log());
});

test("the card on the connection is enrolled and from then on the second factor", async () => {
  const page = await open(true);
  await signIn(page);
  await page.goto(server.address + "/settings/keys");
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.getByLabel("証明書の呼び名（例: 職員証）").fill("職員証");
  await page.getByLabel("電子証明書を登録するには、今のパスワードを入れてください").fill(server.password("unyo"));
  await page.getByRole("button", { name: "この電子証明書を登録する" }).click();
  await page.getByRole("heading", { name: "電子証明書「職員証」" }).waitFor();
  assert.match(await page.locator("main").innerText(), /登録済みです/);
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.getByRole("button", { name: "ログアウト" }).click();
  await signIn(page);
  assert.doesNotMatch(page.url(), /signin/);
});

test("without the card the page says what to do, and the password opens nothing", async () => {
  const page = await open(false);
  await signIn(page);
  await page.getByText("登録したカードを差し込み").waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.goto(server.address + "/ledgers");
  await page.getByText("登録したカードを差し込み").waitFor();
});

test("a session begun with the card is worth nothing without it", async () => {
  const page = await open(true);
  await signIn(page);
  await page.goto(server.address + "/ledgers");
  assert.doesNotMatch(page.url(), /signin/);
  const bare = await open(false);
  await bare.context().addCookies(await page.context().cookies());
  await bare.goto(server.address + "/ledgers");
  assert.match(bare.url(), /signin/);
});
