// A screen that nobody uses: it clears itself, keeps what was typed, and lets another person in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, heading, serve, signIn } from "./daicho.mjs";

let server, b, plain;

before(async () => {
  server = await serve(["--sample"]);
  b = await browser();
  plain = await browser({ javaScript: false });
});
after(async () => {
  await b?.close();
  await plain?.close();
  await server?.stop();
});

/** As if nobody had used any screen for so many minutes. */
function leave(minutes) {
  execFileSync("python3", ["-c", `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1] + "/daicho.db", timeout=10)
us = int(sys.argv[2]) * 60000000
db.execute("UPDATE session SET seen = seen - ?, created = created - ?", (us, us))
db.commit()`, server.data, String(minutes)]);
}

const unlock = async (page, login) => {
  await page.getByLabel("パスワード", { exact: true }).fill(server.password(login));
  await page.getByRole("button", { name: "ロックを解除する" }).click();
};

test("an idle screen clears itself and comes back where it was", async () => {
  const { page, context } = await b.another();
  await page.clock.install();
  await signIn(page, server, "unyo");
  await page.goto(server.address + "/ledger/devices?sort=name");
  await page.clock.fastForward("14:00");
  assert.equal(await heading(page), "機器台帳");
  await page.clock.fastForward("02:00");
  await page.getByRole("heading", { name: "画面をロックしています" }).waitFor();
  assert.equal(await page.locator("table").count(), 0);
  assert.deepEqual(await accessibilityFaults(page), []);
  await unlock(page, "unyo");
  await page.waitForURL(server.address + "/ledger/devices?sort=name");
  await context.close();
});

test("whoever types is there; what was typed outlives the lock", async () => {
  const { page, context } = await b.another();
  await page.clock.install();
  await signIn(page, server, "unyo");
  await page.goto(server.address + "/ledger/vendors/new");
  const name = page.locator("main form[method=post] input[type=text]").first();
  for (let i = 0; i < 4; i++) {
    await name.pressSequentially("途");
    await page.clock.fastForward("06:00");
  }
  assert.equal(await name.inputValue(), "途途途途");
  const told = page.waitForResponse((answer) => answer.url().endsWith("/lock"));
  await page.clock.fastForward("16:00");
  await page.getByRole("heading", { name: "画面をロックしています" }).waitFor();
  await told;
  assert.equal(await page.locator("form").count(), 1, "the page is put aside");
  assert.deepEqual(await accessibilityFaults(page), []);
  const other = await context.newPage();
  await other.goto(server.address + "/ledgers");
  assert.equal(await heading(other), "画面をロックしています");
  await other.close();
  await page.getByLabel("パスワード").fill("chigau-password-1");
  await page.getByRole("button", { name: "ロックを解除する" }).click();
  await page.getByRole("alert").getByText("パスワードが違います").waitFor();
  await unlock(page, "unyo");
  await name.waitFor();
  assert.equal(await name.inputValue(), "途途途途");
  // The form still works: its token is as good as before.
  await name.fill("途中から続けた会社");
  await page.locator("main form[method=post] button[type=submit]").first().click();
  await page.waitForLoadState();
  assert.doesNotMatch(await page.locator("main").innerText(), /受け付けませんでした|ロック/);
  await context.close();
});

test("another person takes over and gives back", async () => {
  const { page, context } = await b.another();
  await signIn(page, server, "unyo");
  await page.goto(server.address + "/ledger/devices");
  await page.getByRole("button", { name: "ロック", exact: true }).click();
  await page.getByRole("button", { name: "別の人に交代" }).click();
  await page.waitForURL(/\/signin/);
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.getByLabel("利用者ID").fill("kansa");
  await page.getByLabel("パスワード", { exact: true }).fill(server.password("kansa"));
  await page.getByRole("button", { name: "ログイン" }).click();
  await page.waitForURL(server.address + "/");
  await page.getByRole("button", { name: "ログアウト" }).click();
  await page.getByRole("button", { name: /の画面に戻る$/ }).click();
  await unlock(page, "unyo");
  await page.waitForURL(server.address + "/ledger/devices");
  await context.close();
});

test("signing out everywhere ends the other browser, too", async () => {
  const one = await b.another(), two = await b.another();
  await signIn(one.page, server, "kansa");
  await signIn(two.page, server, "kansa");
  await one.page.goto(server.address + "/sessions");
  assert.match(await one.page.locator("main").innerText(), /この画面[\s\S]*Chrome（Linux）/);
  assert.deepEqual(await accessibilityFaults(one.page), []);
  await one.page.getByRole("button", { name: "すべての端末からログアウトする" }).click();
  await one.page.waitForURL(/\/signin/);
  await two.page.goto(server.address + "/ledgers");
  assert.match(two.page.url(), /\/signin/);
  await one.context.close();
  await two.context.close();
});

test("without JavaScript the next request locks, and nothing is saved unsaid", async () => {
  const { page, context } = await plain.another();
  await signIn(page, server, "unyo");
  await page.goto(server.address + "/ledger/vendors/new");
  await page.locator("main form[method=post] input[type=text]").first().fill("保存されない会社");
  leave(16);
  await page.locator("main form[method=post] button[type=submit]").first().click();
  assert.match(await page.locator("main").innerText(), /まだ保存していません/);
  assert.doesNotMatch(await page.content(), /保存されない会社/);
  await page.goto(server.address + "/ledger/devices");
  assert.equal(await heading(page), "画面をロックしています");
  await unlock(page, "unyo");
  await page.waitForURL(server.address + "/ledger/devices");
  await page.goto(server.address + "/ledger/vendors?q=" + encodeURIComponent("保存されない"));
  assert.match(await page.locator("main").innerText(), /当てはまる件はありません/);
  await context.close();
});

test("the records of use are readable", async () => {
  const { page, context } = await b.another();
  await signIn(page, server, "kansa");
  for (const path of ["/access", "/my/access", "/access/review"]) {
    await page.goto(server.address + path);
    assert.deepEqual(await accessibilityFaults(page), [], path);
  }
  await page.goto(server.address + "/access?kind=locked");
  assert.match(await page.locator("table").innerText(), /画面のロック/);
  await context.close();
});
