// A new person's way in: first password, authenticator app, recovery codes, a lost telephone,
// a bypass code; and nobody kept out by the guesses of others. Works without JavaScript.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { PASSWORD, accessibilityFaults, browser, changePassword, heading, serve, signIn } from "./daicho.mjs";

const CODE = /\b[0-9a-z]{4}(?:-[0-9a-z]{4}){3}\b/g;
let server, b, planner, person, codes, bypass;
const found = [];

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"]);
  b = await browser({ javaScript: false });
  planner = b.page;
  person = await b.another();
});

after(async () => {
  await b.close();
  assert.equal(await server.stop(), 0, server.log());
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

const words = (page) => page.locator("main").innerText();

/** A page without script says to axe what one with script says. */
async function look(page, what) {
  const { page: seeing, context } = await look.browser.another();
  await context.addCookies(await page.context().cookies());
  await seeing.goto(page.url());
  assert.equal(await heading(seeing), await heading(page), what);
  for (const fault of await accessibilityFaults(seeing)) found.push(`${what}: ${fault}`);
  await context.close();
}

async function toSecondFactor(page) {
  await page.goto(server.address + "/signin");
  await page.getByLabel("利用者ID").fill("tanaka");
  await page.getByLabel("パスワード", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "ログイン" }).click();
  assert.equal(await heading(page), "確認コード");
}

async function withSpareCode(page, code) {
  await page.getByRole("link", { name: /スマートフォンやカードが使えないとき/ }).click();
  await page.getByLabel("回復コードか一時コード").fill(code);
  await page.getByRole("button", { name: "続ける" }).click();
}

test("a planner makes an account, whose first password has to be changed", async () => {
  await signIn(planner, server, "kanri");
  await planner.goto(server.address + "/accounts");
  await planner.getByLabel("利用者ID").fill("tanaka");
  await planner.getByLabel("氏名").fill("田中 美咲");
  await planner.getByLabel("ふりがな").fill("たなか みさき");
  await planner.getByLabel("部署").fill("3階病棟");
  await planner.getByRole("button", { name: /登録して/ }).click();
  const first = await planner.locator("main code").innerText();

  await signIn(person.page, server, "tanaka", first);
  await person.page.goto(server.address + "/ledgers");
  assert.equal(await heading(person.page), "パスワードの変更");
  await changePassword(person.page, first);
  await person.page.goto(server.address + "/settings");
  assert.match(await words(person.page), /未登録（2027-04-01までに登録してください）/);
});

test("enrolling the app gives ten recovery codes, once", async () => {
  const { page } = person;
  await page.goto(server.address + "/settings/totp");
  const secret = await page.locator("input[name=secret]").getAttribute("value");
  await page.getByLabel("確認コード（6桁）").fill(totp(secret));
  await page.getByLabel("今のパスワード").fill(PASSWORD);
  await page.getByRole("button", { name: "登録する" }).click();
  codes = (await words(page)).match(CODE);
  assert.equal(new Set(codes).size, 10);
  await page.goto(server.address + "/settings");
  assert.match(await words(page), /認証アプリあり.*回復コード残り10個/);
});

test("a recovery code opens one session and says so", async () => {
  const { page } = person;
  await page.getByRole("button", { name: "ログアウト" }).click();
  await toSecondFactor(page);
  await withSpareCode(page, codes[0]);
  await page.goto(server.address + "/my/access");
  assert.match(await words(page), /残り9個/);
  await page.getByRole("button", { name: "ログアウト" }).click();
  await toSecondFactor(page);
  await withSpareCode(page, codes[0]);
  assert.match(await page.getByRole("alert").innerText(), /使用済み/);
});

test("a bypass code needs a proof of identity and marks what is done with it", async () => {
  await planner.goto(server.address + "/help");
  await planner.getByRole("row", { name: /tanaka/ }).getByRole("link", { name: "助ける" }).click();
  assert.equal(await planner.getByLabel("一時コードを出す").isChecked(), true);
  await planner.getByLabel("確かめ方").selectOption({ label: "顔と職員証を見た" });
  await planner.getByLabel("場所").fill("事務室の窓口");
  await planner.getByLabel("今のパスワード").fill(server.password("kanri"));
  await planner.getByRole("button", { name: "本人確認を記録して続ける" }).click();
  assert.equal(await heading(planner), "一時コード");
  [bypass] = (await words(planner)).match(CODE);
  await planner.goto(server.address + "/ledger/identity_proofs");
  assert.match(await words(planner), /田中 美咲[\s\S]*一時コードの発行[\s\S]*顔と職員証/);

  const { page } = person;
  await page.getByLabel("回復コードか一時コード").fill(bypass);
  await page.getByRole("button", { name: "続ける" }).click();
  await page.goto(server.address + "/my/access");
  assert.match(await words(page), /一時コードを使ってログインしました/);
  assert.match(await words(page), /一時コードを出しました/);
});

test("the guesses of others keep nobody out", async () => {
  const { page } = person;
  await page.getByRole("button", { name: "ログアウト" }).click();
  const other = await b.another();
  let status = 0;
  for (let i = 0; i < 12 && status !== 429; i++) {
    await other.page.goto(server.address + "/signin");
    await other.page.getByLabel("利用者ID").fill("tanaka");
    await other.page.getByLabel("パスワード", { exact: true }).fill(`guess-number-${i}`);
    const [answer] = await Promise.all([other.page.waitForResponse((r) => r.request().method() === "POST"),
      other.page.getByRole("button", { name: "ログイン" }).click()]);
    status = answer.status();
  }
  assert.equal(status, 429);
  await other.context.close();
  await toSecondFactor(page);
  await withSpareCode(page, codes[1]);
  await page.goto(server.address + "/settings");
  assert.match(await words(page), /残り8個/);
});

test("the new pages are free of faults that axe can find", async () => {
  look.browser = await browser();
  for (const path of ["/help", "/help/tanaka", "/access/policy", "/access/factors", "/accounts", "/accounts/tanaka"]) {
    await planner.goto(server.address + path);
    await look(planner, path);
  }
  for (const path of ["/settings", "/settings/recovery", "/settings/totp", "/settings/totp/remove"]) {
    await person.page.goto(server.address + path);
    await look(person.page, path);
  }
  await person.page.getByRole("button", { name: "ログアウト" }).click();
  await toSecondFactor(person.page);
  await look(person.page, "code");
  await person.page.goto(server.address + "/signin/spare");
  await look(person.page, "spare code");
  await look.browser.close();
  assert.deepEqual(found, []);
});
