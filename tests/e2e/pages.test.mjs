// Every page that links lead to from home, as each role: readable, labelled, and fit for a telephone.
// PAGES_PICTURES=FOLDER keeps a picture of each, wide and narrow.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, changePassword, daicho, openRound, serve, signIn, PASSWORD } from "./daicho.mjs";

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 800 };
const pictures = process.env.PAGES_PICTURES;
let server, b;

const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString().slice(0, 10);

/** A hospital in which something waits for everybody. */
function prepare(data) {
  const vendor = JSON.parse(daicho(["export", data, "vendors", "--format", "json"])).entries[0].entry;
  for (const [login, name, ...rest] of [["shicho", "見本 師長子", "--role", "staff", "--department", "外来"],
    ["maker", "見本 納入", "--role", "vendor", "--vendor", vendor]])
    daicho(["user", "add", data, login, "--name", name, ...rest, "--password-stdin"], { input: PASSWORD + "\n" });
  const folder = join(data, "..");
  writeFileSync(join(folder, "名簿.csv"),
    `職員番号,氏名,所属,退職日\n1,佐藤 美咲,外来,${day(40)}\n2,鈴木 誠,外来,\n3,高橋 葵,外来,\n4,田中 進,医事課,\n`);
  writeFileSync(join(folder, "一覧.csv"),
    `ID,氏名,職員番号,有効,最終ログイン\nsato,佐藤 美咲,1,有効,${day(50)}\nsuzuki,鈴木 誠,2,有効,${day(400)}\n` +
    `takahashi,高橋 葵,3,有効,${day(2)}\ntanaka,田中 進,4,有効,${day(1)}\nukesuke,受付,,有効,${day(1)}\n`);
  daicho(["people", "hr", data, join(folder, "名簿.csv")]);
  daicho(["stocktake", "import", data, "電子カルテ", join(folder, "一覧.csv")]);
  daicho(["stocktake", "open", data, "--title", "上期のID棚卸し"]);
  daicho(["stocktake", "assign", data, "--department", "外来", "--head", "shicho"]);
}

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"], prepare);
  b = await browser({ viewport: WIDE });
  if (pictures) mkdirSync(pictures, { recursive: true });
  await signIn(b.page, server, "kanri");
  await openRound(b.page, server);
});

after(async () => {
  await b?.close();
  assert.equal(await server?.stop(), 0, server?.log());
});

// What is no page but a file; what is the way out.
const NO_PAGE = /\/(export|pdf|csv|print|checkpoint|agreement\/[^/]+|(vendor|reply)\/sheet|pack\/[^/]+|file\/[^/]+)$|^\/static\//;

/** What a page is one of: names and numbers of single things left out. */
function pattern(path) {
  return path
    .replace(/\/[0-9A-Za-z]{26}(?=\/|$)|\/[0-9a-f-]{32,}(?=\/|$)/g, "/1")
    .replace(/^\/(accounts|help|xray)\/[^/]+/, "/$1/1")
    .replace(/^\/(catalogues|crosswalks)\/[^/]+(\/[^/]+)?/, (all, place, part) => `/${place}/1${part ? "/1" : ""}`)
    .replace(/\/item\/.*/, "/item/1")
    .replace(/\/rev\/\d+/, "/rev/1")
    .replace(/\?.*/, "");
}

/** Goes through everything that can be reached by links; calls look() once for each kind of page. */
async function walk(page, look, { lists = false } = {}) {
  const waiting = ["/"], seen = new Set();
  while (waiting.length) {
    const path = waiting.shift();
    let kind = pattern(path);
    // Their pages differ by definition only; the list and the form of each are enough.
    if (!lists || !/^\/ledger\/[^/]+(\/new)?$/.test(kind)) kind = kind.replace(/^\/ledger\/[^/]+/, "/ledger/1");
    if (seen.has(kind)) continue;
    seen.add(kind);
    const answer = await page.goto(server.address + path);
    seen.add(pattern(new URL(page.url()).pathname));
    const found = await page.locator("a[href]").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    await look(kind, path, answer);
    for (const href of found)
      if (href.startsWith("/") && !NO_PAGE.test(href.replace(/[?#].*/, ""))) waiting.push(href.replace(/#.*/, ""));
  }
  return seen;
}

// Words of the program that mean nothing to the people who use it.
const CODE_WORDS = /undefined|\bnull\b|NaN|\b(planner|operator|executive|auditor|staff|vendor|inspector|draft|confirmed|returned|voided|in_use|true|false)\b|[0-9A-HJKMNP-TV-Z]{26}/;

/** What is wrong with the page for somebody who has to use it. */
async function faults(page, answer) {
  const found = await accessibilityFaults(page);
  // The key for an app is 32 letters and means nothing to anybody.
  const text = (await page.locator("body").innerText()).replace(/\b[A-Z2-7]{32}\b/, "");
  if (answer.status() !== 200) found.push(`status ${answer.status()}`);
  if (CODE_WORDS.test(text)) found.push(`a word of the program: ${CODE_WORDS.exec(text)[0]}`);
  await page.setViewportSize(NARROW);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) found.push(`${over}px too wide for a telephone`);
  return found;
}

async function tour(login, password, options) {
  const { page, context } = await b.another();
  const wrong = [];
  await page.setViewportSize(WIDE);
  await signIn(page, server, login, password);
  const seen = await walk(page, async (kind, path, answer) => {
    const name = join(pictures ?? "", `${login}${kind.replaceAll("/", "_")}`);
    if (pictures) await page.screenshot({ path: `${name}.png`, fullPage: true });
    for (const fault of await faults(page, answer)) wrong.push(`${path}: ${fault}`);
    if (pictures) await page.screenshot({ path: `${name}.narrow.png`, fullPage: true });
    await page.setViewportSize(WIDE);
  }, options);
  await context.close();
  return { seen, wrong: wrong.map((fault) => `${login} ${fault}`) };
}

test("the planner's pages", async () => {
  const { seen, wrong } = await tour("kanri", server.password("kanri"), { lists: true });
  for (const path of ["/ids", "/accounts", "/accounts/1", "/people", "/people/directory", "/requests", "/requests/new",
    "/stocktakes", "/stocktake/1", "/xray", "/xray/1", "/catalogues/1/1", "/access", "/access/review", "/access/policy", "/access/factors", "/help",
    "/terminal", "/sessions", "/my/access", "/inspections", "/packs", "/verify", "/settings/keys", "/ledger/staff"])
    assert.ok(seen.has(path), `no links lead to ${path}`);
  assert.deepEqual(wrong, []);
});

test("the pages of the operator, the staff, the executive, the auditor and the vendor", async () => {
  const wrong = [];
  for (const [login, password] of [["unyo"], ["shicho", PASSWORD], ["incho"], ["kansa"], ["maker", PASSWORD]])
    wrong.push(...(await tour(login, password ?? server.password(login))).wrong);
  assert.deepEqual(wrong, []);
});

test("a new hospital is led to one thing first, then to a few", async () => {
  const fresh = await serve(["--org", "見本病院", "--kind", "hospital"]);
  const { page, context } = await b.another();
  const tasks = () => page.locator(".task-list a").allInnerTexts();
  try {
    await signIn(page, fresh, "admin", fresh.firstPassword);
    await changePassword(page, fresh.firstPassword);
    assert.deepEqual(await tasks(), []);
    assert.equal(await page.getByText("やることはありません").count(), 0);
    await page.getByRole("link", { name: "初めの設定をする" }).click();
    await page.getByRole("button", { name: "保存して次へ" }).click();
    await page.goto(fresh.address + "/setup/outsourced");
    await page.getByRole("button", { name: "保存して次へ" }).click();
    await page.goto(fresh.address + "/");
    assert.deepEqual(await tasks(),
      ["施設のようすに答える", "機器台帳を作り始める", "サービス台帳を作り始める", "今年度の点検を始める",
        "自分の二要素認証を登録する"]);
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.goto(fresh.address + "/requests/new");
    await page.getByRole("link", { name: "職員台帳に1人登録する" }).click();
    assert.match(page.url(), /\/ledger\/staff\/new$/);
  } finally {
    await context.close();
    await fresh.stop();
  }
});

test("a vendor hands in a disclosure, and only the hospital is asked to confirm it", async () => {
  const { page, context } = await b.another();
  await signIn(page, server, "maker", PASSWORD);
  const before = await page.locator(".task-list a").allInnerTexts();
  await page.goto(server.address + "/ledger/disclosures/new");
  const own = page.getByLabel(/^事業者/).first();
  assert.equal(await own.locator("option:not([value=''])").count(), 1, "other vendors are named");
  await own.selectOption({ index: 1 });
  await page.getByLabel(/^製品/).first().fill("見本の機器");
  await page.getByLabel(/^種類/).first().selectOption({ index: 1 });
  await page.getByRole("button", { name: /保存/ }).first().click();
  assert.match(await page.locator("main").innerText(), /作成中/);
  await page.goto(server.address + "/");
  assert.deepEqual(await page.locator(".task-list a").allInnerTexts(),
    before.filter((line) => !line.includes("作り始める")));
  await context.close();
  const planner = await b.another();
  await signIn(planner.page, server, "kanri");
  await planner.page.getByRole("link", { name: "開示書台帳（MDS/SDS）: 作成中の記録を確かめて確定する" }).waitFor();
  await planner.context.close();
});
