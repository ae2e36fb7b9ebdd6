// Emergency accounts and acting for another, as people see them in Chromium.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, heading, serve, signIn } from "./daicho.mjs";

let server, b, planner, auditor, helper;
const SPARE = /[0-9a-z]{4}(-[0-9a-z]{4}){3}/;
const BANNER = "非常時アカウントが使われています";
const own = (login) => server.password(login);
const go = (page, path) => page.goto(server.address + path);
const text = (page) => page.locator("main").innerText();
let code, use;

async function person(login) {
  const opened = await b.another();
  await signIn(opened.page, server, login);
  return opened.page;
}

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"]);
  b = await browser();
  planner = b.page;
  await signIn(planner, server, "kanri");
  auditor = await person("kansa");
  helper = (await b.another()).page;
});

after(async () => {
  await b.close();
  assert.equal(await server.stop(), 0, server.log());
});

test("the planner makes an account and gets its sheet once", async () => {
  await go(planner, "/emergency/new");
  assert.deepEqual(await accessibilityFaults(planner), []);
  await planner.getByLabel("名前").fill("非常時用1");
  await planner.getByLabel("利用者ID").fill("hijou1");
  await planner.getByLabel("封筒を持つ人").fill("事務長 山田 太郎");
  await planner.getByLabel("保管場所").fill("防災センターの金庫");
  await planner.getByLabel("今のパスワード（ご本人の確認のため）").fill(own("kanri"));
  await planner.getByRole("button", { name: "作って封筒の紙を出す" }).click();
  assert.equal(await heading(planner), "非常時アカウントの封筒に入れる紙");
  assert.deepEqual(await accessibilityFaults(planner), []);
  code = (await text(planner)).match(SPARE)[0];
  await go(planner, "/emergency/accounts");
  assert.match(await text(planner), /封印中/);
  assert.doesNotMatch(await text(planner), SPARE);
  assert.deepEqual(await accessibilityFaults(planner), []);
});

test("the code opens it, and everybody is told on the next page", async () => {
  await go(auditor, "/");
  assert.ok(!(await text(auditor)).includes(BANNER));
  await go(helper, "/signin");
  await helper.getByRole("link", { name: /非常時アカウントを使う/ }).click();
  assert.deepEqual(await accessibilityFaults(helper), []);
  await helper.getByLabel("非常時アカウントの利用者ID").fill("hijou1");
  await helper.getByLabel("コード", { exact: true }).fill(code);
  await helper.getByLabel("何のために使いますか").fill("認証サーバーが止まったため");
  await helper.getByRole("button", { name: "開封して使う" }).click();
  assert.match(await text(helper), /あなたは非常時アカウントで入っています/);
  await go(auditor, "/");
  assert.ok((await text(auditor)).includes(BANNER));
  assert.deepEqual(await accessibilityFaults(auditor), []);
  await go(planner, "/");
  assert.match(await text(planner), /非常時の宣言がないまま/);
});

test("closed, it lets nobody in any more, and the review waits", async () => {
  await planner.getByRole("link", { name: /非常時アカウントを通常時に戻す/ }).click();
  use = planner.url();
  assert.deepEqual(await accessibilityFaults(planner), []);
  await planner.getByRole("button", { name: "通常時に戻す" }).click();
  await go(auditor, "/");
  assert.ok(!(await text(auditor)).includes(BANNER));
  await go(helper, "/");
  assert.equal(await heading(helper), "ログイン");
  await go(helper, "/emergency");
  await helper.getByLabel("非常時アカウントの利用者ID").fill("hijou1");
  await helper.getByLabel("コード", { exact: true }).fill(code);
  await helper.getByLabel("何のために使いますか").fill("もう一度");
  await helper.getByRole("button", { name: "開封して使う" }).click();
  assert.match(await text(helper), /もう使えません/);
  await go(planner, "/");
  await planner.getByRole("link", { name: /非常時アカウントの使用を見直す/ }).click();
  assert.equal(planner.url().split("?")[0], use.split("?")[0]);
  await planner.getByLabel("見直しの結果").selectOption("proper");
  await planner.getByLabel("分かったこと").fill("訓練どおりだった。");
  await planner.getByRole("button", { name: "見直しを記録する" }).click();
  assert.match(await text(planner), /見直し済み/);
});

test("a proxy types for the planner, who confirms it", async () => {
  const operator = await person("unyo");
  const name = (await operator.locator(".site-user span").innerText()).replace(/（.*/, "");
  await go(planner, "/");
  const principal = (await planner.locator(".site-user span").innerText()).replace(/（.*/, "");
  await go(operator, "/proxies/new");
  assert.deepEqual(await accessibilityFaults(operator), []);
  await operator.getByLabel("本人", { exact: true }).selectOption({ label: principal });
  await operator.getByLabel("機器台帳").check();
  await operator.getByLabel("いつから").fill("2026-01-01");
  await operator.getByLabel("いつまで").fill("2099-12-31");
  await operator.getByLabel("理由").fill("出張の間");
  await operator.getByRole("button", { name: "申し出る" }).click();
  await go(planner, "/proxies");
  assert.deepEqual(await accessibilityFaults(planner), []);
  await planner.getByRole("link", { name: `${name}さんが${principal}さんの代行` }).click();
  await planner.getByRole("button", { name: "認める" }).click();
  await go(operator, "/ledger/devices/new");
  await operator.getByLabel(/^機器名|^名前|^機器の名前/).first().fill("頼まれた端末");
  await operator.getByLabel(/代行（/).selectOption({ label: `${principal}さんの代行として入力する` });
  await operator.getByRole("button", { name: "作成中として保存" }).click();
  await go(planner, "/proxies/confirm");
  assert.deepEqual(await accessibilityFaults(planner), []);
  assert.match(await text(planner), /頼まれた端末/);
  await planner.getByRole("button", { name: "この内容で確定する" }).click();
  assert.match(await text(planner), /確かめるものはありません/);
});
