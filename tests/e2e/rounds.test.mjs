// Rounds of every kind: opening several, long ones, sheets, surveys, whose it is, what does not apply.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, chooseCatalogue, heading, serve, signIn } from "./daicho.mjs";

let server, b, page;
const go = (path, p = page) => p.goto(path.startsWith("http") ? path : server.address + path);
const text = (p = page) => p.locator("main").innerText();
const here = async (p = page) => assert.deepEqual(await accessibilityFaults(p), [], p.url());
const rows = (p = page) => p.locator("table[data-list] tbody tr:not(.group-row)");
const press = (name, p = page) => p.getByRole("button", { name, exact: true }).click();
// In Japan, wherever the machine believes to be.
const today = new Date(Date.now() + 9 * 3600000);
const year = today.getUTCMonth() < 3 ? today.getUTCFullYear() - 1 : today.getUTCFullYear();
const yearEnd = `${year + 1}-03-31`;

/** Opens the catalogues and returns the address of the first one's round. */
async function open(catalogues, fill = async () => {}) {
  await go("/rounds");
  for (const c of catalogues) await chooseCatalogue(page, c);
  await fill();
  await press("点検を始める");
  await page.waitForURL((url) => !url.pathname.startsWith("/rounds") || url.search !== "");
  return page.url().replace(/\?.*/, "");
}

async function refused(pattern) {
  assert.match(await page.locator(".error-summary").innerText(), pattern);
}

before(async () => {
  server = await serve(["--sample"]);
  b = await browser();
  page = b.page;
  await signIn(page, server, "kanri");
});

after(async () => {
  await b.close();
  assert.equal(await server.stop(), 0, server.log());
});

test("several catalogues are opened at once and stand by kind", async () => {
  await go("/rounds");
  await here();
  assert.equal(await open(["bcp-confirmation-r6", "mhlw-6.0-management"]), server.address + "/rounds");
  const said = await text();
  for (const part of ["BCP（非常時の計画）の確認", "ガイドラインの自己点検", "未確認21件"]) assert.ok(said.includes(part), part);
  await here();
  await page.getByRole("link", { name: /BCP策定の確認表/ }).click();
  assert.match(await text(), /満たしている確認\s*0\/27/);
});

test("a sheet that asks a vendor wants one to be chosen", async () => {
  await go("/rounds");
  await chooseCatalogue(page, "cloud-medical");
  await press("点検を始める");
  assert.match(await page.getByRole("alert").innerText(), /事業者を選んでください/);
  assert.equal(await page.locator("input[name=catalogue][value=cloud-medical]").isChecked(), true, "the choice stays");
});

async function roundOf(name) {
  await go("/rounds");
  return page.getByRole("link", { name }).first().evaluate((a) => a.href);
}

test("an item of several statements is marked one by one", async () => {
  const round = await roundOf(/BCP策定の確認表/);
  await go(round + "/item/1-1/-");
  await here();
  await page.getByRole("checkbox", { name: /^a\s/ }).check();
  await page.getByRole("checkbox", { name: /^c\s/ }).check();
  await page.getByRole("radio", { name: "はい", exact: true }).check();
  await press("この答えで確認する");
  await refused(/すべての文に印/);
  assert.equal(await page.getByRole("checkbox", { name: /^c\s/ }).isChecked(), true, "marks stay");
  await page.getByRole("radio", { name: "いいえ", exact: true }).check();
  await page.getByLabel("目標日（「いいえ」のとき）").fill(yearEnd);
  await press("この答えで確認する");
  assert.match(await heading(page), /^1-2 /);
  await go(round);
  assert.match(await rows().first().innerText(), /いいえ\s*2\/4/);
  assert.match(await text(), /満たしている確認\s*2\/27/);
});

test("a sheet takes many answers, all or none, and keeps what was typed", async () => {
  const round = await roundOf(/BCP策定の確認表/);
  await go(round + "/sheet?section=1");
  await here();
  const second = page.locator(".sheet-line").nth(1);
  await second.getByRole("radio", { name: "いいえ" }).check();
  await second.getByLabel("備考").fill("訓練は2月");
  await press("この面の答えを確認する");
  await refused(/1-2: .*目標日/);
  await here();
  assert.equal(await second.getByLabel("備考").inputValue(), "訓練は2月");
  for (const box of await second.getByRole("checkbox").all()) await box.check();
  await second.getByRole("radio", { name: "はい" }).check();
  await press("この面の答えを確認する");
  assert.match(await text(), /満たしている確認\s*6\/27/);
  // The line beside it was shown but not touched: its revision stays, and so does its day.
  await go(round + "/item/1-1/-");
  assert.equal(await page.locator("input[name=rev]").inputValue(), "1");
  await go(round + "/sheet?section=1");
  await press("この面の答えを確認する");
  assert.match(await text(), /変わった答えはありません/);
});

test("two people on one sheet: the later is told", async () => {
  const round = await roundOf(/BCP策定の確認表/);
  const { page: other, context } = await b.another();
  await signIn(other, server, "unyo");
  await go(round + "/sheet?section=2");
  await go(round + "/item/2-1/-", other);
  await other.getByRole("radio", { name: "はい", exact: true }).check();
  await press("この答えで確認する", other);
  const first = page.locator(".sheet-line").first();
  await first.getByRole("radio", { name: "いいえ" }).check();
  await first.getByLabel("目標日（いいえ のとき）").fill(yearEnd);
  await press("この面の答えを確認する");
  assert.match(await text(), /この間に見本 次郎さんが「はい」と答えています/);
  assert.equal(await first.getByRole("radio", { name: "いいえ" }).isChecked(), true);
  await context.close();
});

test("a survey of one site takes text, numbers, days and choices", async () => {
  const round = await open(["hearing-facility"], () => page.getByLabel(/^事業所/).fill("訪問看護ステーションみほん"));
  assert.match(await heading(page), /訪問看護ステーションみほん/);
  await here();
  await go(round + "/sheet");
  await here();
  const line = (n) => page.locator(".sheet-line").nth(n);
  await line(0).getByLabel("答え（日付）").fill("きのう");
  await line(1).getByLabel("答え", { exact: true }).fill("2階の相談室");
  await press("この面の答えを確認する");
  await refused(/日付/);
  await line(0).getByLabel("答え（日付）").fill("令和8年6月1日");
  const choices = page.locator(".sheet-line", { has: page.getByRole("checkbox", { name: "紙" }) }).first();
  await choices.getByRole("checkbox", { name: "紙" }).check();
  await choices.getByRole("checkbox", { name: "介護ソフト", exact: true }).check();
  const no = page.locator(".sheet-line", { has: page.getByRole("radio", { name: "いいえ" }) }).first();
  await no.getByRole("radio", { name: "いいえ" }).check();
  await press("この面の答えを確認する");
  assert.match(await heading(page), /聞き取り/);
  await go(round);
  const said = await text();
  for (const part of ["2026-06-01", "2階の相談室", "紙、介護ソフト"]) assert.ok(said.includes(part), part);
  assert.match(said, /回答済み\s*3/);
  await go(round + "/item/概要-場所/-");
  await here();
  await page.getByLabel("答え", { exact: true }).fill("");
  await press("この答えで確認する");
  await refused(/答えを書いてください/);
});

test("a long catalogue is filtered, searched and paged, and the next question follows the filter", async () => {
  const round = await roundOf(/企画管理編/);
  await go(round);
  await here();
  assert.equal(await rows().count(), 100);
  await page.getByRole("link", { name: "次のページ" }).click();
  assert.ok((await rows().count()) < 20);
  await page.getByLabel("さがす言葉").fill("ﾊﾞｯｸｱｯﾌﾟ");
  await press("絞り込む");
  const found = await rows().count();
  assert.ok(found > 0 && found < 30, String(found));
  assert.match(await rows().first().locator("a").first().evaluate((a) => a.href), /q=/);
  await go(round + "?show=mine&section=9");
  const count = await rows().count();
  await page.getByRole("link", { name: "1問ずつ答える" }).click();
  assert.match(await text(), /絞り込み: 自分の受け持ち、/);
  await page.getByRole("link", { name: "次の項目" }).click();
  assert.match(page.url(), /show=mine&section=9/);
  for (let i = 2; i < count; i++) await page.getByRole("link", { name: "次の項目" }).click();
  assert.equal(await page.getByRole("link", { name: "次の項目" }).count(), 0, "the filter ends here");
  assert.match(await heading(page), /^9-/);
  assert.equal((await page.goto(round + "?show=everything")).status(), 400);
});

test("who answers is named for the chosen items, and finds them as their own", async () => {
  const round = await roundOf(/企画管理編/);
  await go(round + "?section=1");
  const names = await rows().locator("th a").allInnerTexts();
  await rows().nth(0).getByRole("checkbox").check();
  await rows().nth(1).getByRole("checkbox").check();
  await page.getByText("選んだ項目の受け持ちを決める").click();
  await page.getByLabel("受け持つ人").selectOption({ label: "見本 次郎（システム運用担当者）" });
  await press("受け持ちを決める");
  assert.match(page.url(), /section=1/);
  assert.match(await rows().first().innerText(), /見本 次郎/);
  const { page: other, context } = await b.another();
  await signIn(other, server, "unyo");
  await go(round + "?show=mine&section=1", other);
  assert.deepEqual(await rows(other).locator("th a").allInnerTexts(), names.slice(0, 2));
  await go("/", other);
  assert.match(await text(other), /点検に答える: [^\n]*企画管理編[\s\S]*うち自分の受け持ちが/);
  await context.close();
});

test("what does not apply stands apart and comes back with its answer", async () => {
  const round = await open(["mhlw-6.0-control"]);
  const item = round + "/item/" + encodeURIComponent("7-②") + "/-";
  const answer = async (value) => {
    await go("/scope");
    await page.locator(`input[name=a-vendor_contract][value=${value}]`).check();
    await press("何が変わるか確かめる");
    await press("この答えで保存する");
  };
  await go(item);
  await page.getByRole("radio", { name: "はい", exact: true }).check();
  await page.getByLabel("備考").fill("契約書の3条");
  await press("この答えで確認する");
  await answer("no");
  await go(round);
  await here();
  assert.match(await text(), /今は答えない項目/);
  assert.equal(await page.locator("tbody th", { hasText: /^7-② / }).count(), 0);
  await page.getByText(/項目を見る/).click();
  assert.match(await text(), /契約していないため、対象外です。[\s\S]*契約書の3条/);
  await go(item);
  await here();
  assert.match(await text(), /今は答えない項目です/);
  assert.match(await text(), /契約書の3条/);
  assert.equal(await page.getByRole("button", { name: "この答えで確認する" }).count(), 0);
  await answer("yes");
  await go(round);
  assert.match(await rows().filter({ has: page.getByRole("link", { name: /^7-② / }) }).innerText(), /はい/);
});

test("an executive answers what is theirs", async () => {
  const round = await roundOf(/BCP策定の確認表/);
  const { page: director, context } = await b.another();
  await signIn(director, server, "incho");
  await go(round + "?show=mine", director);
  await rows(director).first().locator("a").click();
  await director.getByRole("radio", { name: "はい", exact: true }).check();
  await press("この答えで確認する", director);
  assert.match(await text(director), /受付番号/);
  await go(round + "/item/3-1/-", director);
  assert.equal(await director.getByRole("radio").count(), 0, "this one is the operator's");
  await context.close();
});

test("j and k move from question to question", async () => {
  const round = await roundOf(/BCP策定の確認表/);
  await go(round + "/item/1-1/-");
  await Promise.all([page.waitForURL(/1-2/), page.keyboard.press("j")]);
  await Promise.all([page.waitForURL(/1-1/), page.keyboard.press("k")]);
});

test("nothing of it needs JavaScript", async () => {
  const plain = await browser({ javaScript: false });
  await signIn(plain.page, server, "kanri");
  const round = await roundOf(/BCP策定の確認表/);
  await go(round + "/sheet?section=5", plain.page);
  await plain.page.locator(".sheet-line").first().getByRole("radio", { name: "対象外" }).check();
  await plain.page.locator(".sheet-line").first().getByLabel("備考").fill("委員会が別に行う");
  await press("この面の答えを確認する", plain.page);
  await go(round + "?section=5", plain.page);
  assert.match(await rows(plain.page).first().innerText(), /対象外/);
  await plain.close();
});
