// What a contract's parties share: a page without an account, the sheet, the hospital's answers, the agreement.
// VENDOR_PICTURES=FOLDER keeps a picture of each page, wide and narrow.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, daicho, download, heading, serve, signIn, PASSWORD } from "./daicho.mjs";

const pictures = process.env.VENDOR_PICTURES;
const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 800 };
const MAKER = "株式会社見本システムズ";
let server, b, page, round, address;

const text = (p = page) => p.locator("main").innerText();
const press = (name, p = page) => p.getByRole("button", { name }).click();
const day = (days) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);
const question = (p, item) => p.locator("fieldset.form-section", { has: p.locator("legend", { hasText: `${item} ` }) });
const row = (p, name) => p.locator("tbody tr", { hasText: name });

/** What is wrong with the page for somebody who has to use it, on a desk and on a telephone. */
async function here(p, name) {
  const found = await accessibilityFaults(p);
  if (pictures) await p.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  if (pictures) await p.screenshot({ path: join(pictures, `${name}.top.png`) });
  await p.setViewportSize(NARROW);
  const over = await p.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (over > 0) found.push(`${over}px too wide for a telephone`);
  if (pictures) await p.screenshot({ path: join(pictures, `${name}.narrow.png`), fullPage: true });
  await p.setViewportSize(WIDE);
  assert.deepEqual(found, [], `${name}: ${p.url()}`);
}

/** One question of a vendor's page. */
async function write(p, item, doer, value, more = {}) {
  const at = question(p, item);
  await at.getByRole("radio", { name: doer, exact: true }).check();
  await at.getByRole("radio", { name: value, exact: true }).check();
  for (const [label, words] of Object.entries(more)) await at.getByLabel(label).fill(words);
}

function prepare(data) {
  const vendor = JSON.parse(daicho(["export", data, "vendors", "--format", "json"])).entries
    .find((e) => e.fields.name === MAKER).entry;
  daicho(["user", "add", data, "maker", "--name", "例田 真由美", "--role", "vendor", "--vendor", vendor,
    "--password-stdin"], { input: PASSWORD + "\n" });
}

before(async () => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"], prepare);
  b = await browser({ viewport: WIDE });
  page = b.page;
  await signIn(page, server, "kanri");
});

after(async () => {
  await b?.close();
  assert.equal(await server?.stop(), 0, server?.log());
});

test("all contracts stand on one page; the sheet of one is opened there", async () => {
  await page.goto(server.address + "/rounds");
  await page.getByRole("link", { name: "契約ごとの役割分担を見る" }).click();
  assert.equal(await heading(page), "契約と役割分担");
  assert.match(await row(page, "電子カルテ保守契約").innerText(), /まだ始めていない/);
  // The ledger of vendors tells of a contract that is not registered; once it is, it can be asked about.
  assert.match(await text(), /契約台帳にない契約/);
  await here(page, "contracts-before");
  await page.getByRole("listitem").filter({ hasText: "見本クラウド" }).getByRole("button").click();
  assert.match(await text(), /受付番号/);
  await page.goto(server.address + "/contracts");
  assert.match(await row(page, "見本クラウド").innerText(), /まだ始めていない/);
  await row(page, "電子カルテ保守契約").getByRole("button", { name: "役割分担の確認を始める" }).click();
  await page.waitForURL(/\/round\/[^/]+\/sharing/);
  round = page.url().replace(/\/sharing.*/, "");
  assert.match(await heading(page), /電子カルテ保守契約/);
  await here(page, "sharing-empty");
  // The ordinary page of a round leads here.
  await page.goto(round);
  assert.match(page.url(), /\/sharing$/);
});

test("the address of a vendor's page is shown once", async () => {
  await page.getByRole("link", { name: "事業者に答えてもらう" }).click();
  await here(page, "ask");
  await page.getByLabel("答えられる最後の日").fill("2001-01-01");
  await press("アドレスを作る");
  assert.match(await page.getByRole("alert").innerText(), /今日から180日以内/);
  await page.getByLabel("だれに送るか").fill("保守部 例田 亮 様");
  await page.getByLabel("答えられる最後の日").fill(day(20));
  await press("アドレスを作る");
  address = (await page.locator("main code").innerText()).trim();
  assert.match(address, /^https:\/\/127\.0\.0\.1:\d+\/reply\/\S{30,}$/);
  const letter = await page.getByLabel("メールに貼り付ける文").inputValue();
  for (const part of [address, "例田 亮", "見本病院", "電子カルテ保守契約"]) assert.ok(letter.includes(part), part);
  await here(page, "address");
  await page.getByRole("link", { name: "戻る" }).click();
  assert.match(await text(), /まだ開かれていません/);
  assert.ok(!(await page.content()).includes(address.slice(-20)), "the address is shown again");
  assert.ok(!server.log().includes(address.slice(-20)), "the address stands in the log");
});

test("a vendor without account and without JavaScript writes, keeps and sends in", async () => {
  const outside = await browser({ javaScript: false, viewport: WIDE });
  const p = outside.page;
  try {
    await p.goto(address);
    assert.match(await text(p), /見本病院/);
    assert.match(await text(p), /38件|23件のうち0件に記入/);
    assert.equal(await p.getByRole("navigation", { name: /メニュー|主な/ }).count(), 0, "it offers what cannot be opened");
    // A fault elsewhere in the form, or one file of several, does not cost the files.
    await p.getByLabel("氏名").fill("例".repeat(81));
    await p.getByLabel("付けるファイル").setInputFiles([
      { name: "回線図.txt", mimeType: "text/plain", buffer: Buffer.from("回線は2本\n") },
      { name: "絵.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>") }]);
    await press("保存する", p);
    assert.match(await text(p), /選んだファイルは付けました。.*絵\.svg/);
    assert.ok(await p.getByRole("checkbox", { name: "回線図.txt" }).isChecked());
    await press("保存する", p);
    assert.match(await text(p), /「氏名」|氏名は|氏名/);
    assert.doesNotMatch(await text(p), /答えた人/);
    assert.equal(await p.getByLabel("氏名").inputValue(), "例".repeat(81));
    await p.getByLabel("氏名").fill("例田 亮");
    await p.getByLabel("所属・役職").fill("保守部 課長");
    await p.getByLabel("付けるファイル").setInputFiles({ name: "体制図.txt", mimeType: "text/plain", buffer: Buffer.from("窓口は24時間\n") });
    await press("保存する", p);
    assert.match(await text(p), /受付番号/);
    assert.match(await text(p), /体制図\.txt/);
    assert.ok(await p.getByRole("checkbox", { name: "回線図.txt" }).isChecked(), "the file of the refused form is gone");

    await p.getByRole("link", { name: /^1\. Part 1/ }).click();
    await write(p, "1-A-1", "医療機関", "はい");
    await write(p, "1-A-2①", "共同", "いいえ");
    await press(/^保存して次へ/, p);
    await p.goto(address + "/check");
    assert.match(await p.getByRole("alert").innerText(), /1-A-2①.*目標日/s);
    await p.getByRole("link", { name: /^1-A-2①/ }).first().click();
    const second = question(p, "1-A-2①");
    await second.getByLabel(/^目標日/).fill("きのう");
    await second.getByLabel(/^残っている点/).fill("夜間の窓口");
    await press(/^保存して次へ/, p);
    await p.goto(address + "/check");
    assert.match(await p.getByRole("alert").innerText(), /目標日/);
    await p.goto(address + "/part/1");
    assert.equal(await second.getByLabel(/^目標日/).inputValue(), "きのう", "what was typed is kept");
    await second.getByLabel(/^目標日/).fill(day(60));
    await press(/^保存して次へ/, p);
    await p.goto(address + "/check");
    assert.equal(await p.getByRole("alert").count(), 0, await text(p));
    assert.match(await text(p), /答えていない36件を残したまま/);
    await press("提出する", p);
    assert.match(await p.getByRole("alert").innerText(), /36件/);
    // Nothing has come in until it is sent.
    await page.goto(round + "/sharing/1-A-1");
    assert.doesNotMatch(await page.locator("tbody").innerText(), /例田/);
    await p.getByRole("checkbox", { name: /残したまま/ }).check();
    await press("提出する", p);
    assert.match(await text(p), /例田 亮（保守部 課長） さんの答えとして受け付けました。受付番号は \d+ です/);
    assert.equal(await p.getByRole("button").count(), 0, "it can be changed after it was sent in");
    await p.goto(address + "/part/1");
    assert.equal(new URL(p.url()).pathname, new URL(address).pathname);
  } finally {
    await outside.close();
  }
});

test("the vendor's pages are readable, labelled and fit for a telephone", async () => {
  await page.goto(round + "/vendor");
  await page.getByLabel("答えられる最後の日").fill(day(5));
  await press("アドレスを作る");
  const second = (await page.locator("main code").innerText()).trim();
  const { page: p, context } = await b.another();
  await p.setViewportSize(WIDE);
  await p.goto(second);
  await here(p, "reply");
  for (const n of [1, 2]) {
    await p.goto(`${second}/part/${n}`);
    await here(p, `reply-part-${n}`);
  }
  // The questions changed while somebody wrote: nothing is saved, and nothing of what was typed is lost.
  for (const [action, label, words] of [[`${second}/part/1`, /^備考/, "夜間は別の班"], [`${second}/part/64`, /^残っている点/, "当番表"]]) {
    await p.goto(second + "/part/1");
    const at = question(p, "1-B-1").getByLabel(label);
    await at.fill(words);
    await p.locator("form", { has: p.locator("[name=asked]") }).evaluate((form, to) => {
      form.action = to;
      form.elements.asked.value = "0123456789abcdef";
    }, action);
    const [refused] = await Promise.all([p.waitForResponse((r) => r.request().method() === "POST"), press(/^保存して次へ/, p)]);
    assert.equal(refused.status(), 409);
    assert.match(await p.getByRole("alert").innerText(), /項目が変わりました/);
    assert.equal(await at.inputValue(), words, "what was typed is lost");
    await press(/^保存して次へ/, p);
    await p.goto(second + "/part/1");
    assert.equal(await at.inputValue(), words);
  }
  await p.goto(second + "/check");
  await here(p, "reply-check");
  await p.goto(address);
  await here(p, "reply-sent");
  // The page is no way into anything else.
  for (const path of ["/", "/rounds", round.replace(server.address, "") + "/sharing", "/ledger/vendors"]) {
    const answer = await p.goto(server.address + path);
    assert.match(p.url(), /\/signin/, `${path}: ${answer.status()}`);
  }
  // Stopped, it is gone for good.
  await page.goto(round + "/vendor");
  await page.getByRole("listitem").filter({ hasText: `${day(5)} まで` }).getByRole("button").click();
  const gone = await p.goto(second);
  assert.equal(gone.status(), 404);
  assert.match(await p.locator("body").innerText(), /送ってきた医療機関の担当者に確かめてください/);
  await here(p, "reply-stopped");
  await context.close();
});

test("a form of the vendor's page is refused without its own token", async () => {
  const { page: p, context } = await b.another();
  await p.goto(address);
  const answer = await context.request.post(address + "/check", {
    form: { rev: "1", csrf: "x" }, headers: { Origin: server.address }, maxRedirects: 0 });
  assert.equal(answer.status(), 403);
  await context.close();
});

test("what the vendor sent in stands beside the hospital's; its file is handed out as a file", async () => {
  await page.goto(round + "/vendor");
  const said = await text();
  assert.match(said, /例田 亮（保守部 課長）（回答ページ）/);
  assert.match(said, /提出、答え2件/);
  assert.match(said, /最後に開かれた日時 /);
  const file = await download(page, page.getByRole("link", { name: "体制図.txt" }).first());
  assert.equal(file.name, "体制図.txt");
  await here(page, "ask-answered");
  await page.goto(round + "/sharing/1-A-1");
  assert.match(await row(page, "行う者").innerText(), /医療機関/);
  assert.match(await row(page, "答えた人").innerText(), /例田 亮/);
  await here(page, "sharing-item");
});

test("the hospital answers, sees where they differ, and both are agreed on", async () => {
  const form = (title) => page.locator("section", { has: page.getByRole("heading", { name: title }) });
  for (const [item, doer, value] of [["1-A-1", "医療機関", "はい"], ["1-A-2①", "医療機関", "はい"]]) {
    await page.goto(`${round}/sharing/${encodeURIComponent(item)}`);
    const own = form("医療機関の答え");
    await press("医療機関の答えを保存する");
    assert.match(await page.getByRole("alert").innerText(), /「はい」「いいえ」「対象外」のどれか/);
    await own.getByRole("radio", { name: doer, exact: true }).check();
    await own.getByRole("radio", { name: value, exact: true }).check();
    await press("医療機関の答えを保存する");
    assert.match(await text(), /受付番号/);
  }
  assert.match(await row(page, "行う者").innerText(), /違い/);
  await page.goto(round + "/sharing");
  assert.match(await row(page, "1-A-2①").innerText(), /違い/);
  await here(page, "sharing-differs");
  await press("答えが同じ1件を合意にする");
  assert.match(await row(page, "1-A-1 ").innerText(), /合意/);
  await page.getByRole("link", { name: /^1-A-2①/ }).click();
  const agreed = form("合意した内容");
  await agreed.getByRole("radio", { name: "共同", exact: true }).check();
  await agreed.getByRole("radio", { name: "いいえ", exact: true }).check();
  // What the vendor named is offered.
  assert.equal(await agreed.getByLabel(/^目標日/).inputValue(), day(60));
  await agreed.getByLabel(/^目標日/).fill("");
  await press("この内容で合意とする");
  assert.match(await page.getByRole("alert").innerText(), /目標日/);
  await here(page, "sharing-item-fault");
  assert.ok(await agreed.getByRole("radio", { name: "共同", exact: true }).isChecked(), "what was chosen stays");
  await agreed.getByLabel(/^目標日/).fill(day(60));
  await agreed.getByLabel(/^備考・取り決め/).fill("昼は医療機関、夜は事業者が受ける");
  await agreed.getByLabel(/^残っている点/).fill("夜間の電話番号");
  await press("この内容で合意とする");
  assert.match(await text(), /受付番号/);
  await page.goto(round + "/sharing");
  assert.match(await text(), /残りあり/);
});

test("the agreement names who does what, with what is open and by when, as PDF and XLSX", async () => {
  const pdf = await download(page, page.getByRole("link", { name: "合意書（PDF）" }));
  assert.match(pdf.name, /役割分担の合意書.*\.pdf$/);
  const said = execFileSync("pdftotext", ["-layout", pdf.path, "-"], { encoding: "utf8" });
  for (const part of ["見本病院", MAKER, "電子カルテ保守契約", "夜間の電話番号", "夜は事業者が受ける", day(60)])
    assert.ok(said.replace(/\s/g, "").includes(part.replace(/\s/g, "")), part);
  if (pictures) execFileSync("pdftoppm", ["-r", "70", "-png", pdf.path, join(pictures, "agreement")]);
  const sheet = await download(page, page.getByRole("link", { name: "合意書（Excel）" }));
  assert.match(execFileSync("unzip", ["-p", sheet.path], { encoding: "utf8", maxBuffer: 1 << 24 }), /夜間の電話番号/);
});

test("a sheet goes out and comes back; a foreign file is refused whole", async () => {
  await page.goto(round + "/vendor");
  const sheet = await download(page, page.getByRole("link", { name: /記入用の表を受け取る/ }));
  assert.match(sheet.name, /\.xlsx$/);
  await press("何が起きるか確かめる");
  assert.match(await page.getByRole("alert").innerText(), /ファイルを選んでください/);
  await page.getByLabel("戻ってきた表").setInputFiles({ name: "x.xlsx", mimeType: "application/zip", buffer: Buffer.from("PK") });
  await press("何が起きるか確かめる");
  assert.ok((await page.getByRole("alert").innerText()).length > 10);
  await page.getByLabel("戻ってきた表").setInputFiles(sheet.path);
  await press("何が起きるか確かめる");
  assert.equal(await heading(page), "取り込む前の確かめ");
  assert.match(await text(), /4行目の「回答した人の氏名」が空です/);
  await here(page, "sheet-plan");
});

test("somebody of the vendor who signs in is asked, and sees nothing the hospital has not agreed on", async () => {
  const { page: p, context } = await b.another();
  await p.setViewportSize(WIDE);
  await signIn(p, server, "maker", PASSWORD);
  await p.getByRole("link", { name: /^答える: .*電子カルテ保守契約/ }).click();
  assert.match(p.url(), /\/reply$/);
  await here(p, "reply-account");
  await p.goto(round + "/sharing/1-A-2①");
  assert.match(p.url(), /\/reply$/);
  assert.doesNotMatch(await text(p), /夜は事業者が受ける/);
  // What is approved is what was agreed; what the hospital thought before is its own.
  await p.goto(round + "/approve");
  assert.match(await text(p), /1-A-2① .* \/ 合意/);
  assert.doesNotMatch(await text(p), /\/ 医療機関|\/ 事業者/);
  assert.equal((await p.goto(round + "/vendor")).status(), 403);
  assert.equal((await p.goto(server.address + "/contracts")).status(), 403);
  await context.close();
});

test("what waits in contracts stands on the start page", async () => {
  await page.goto(server.address + "/");
  assert.match(await page.locator(".task-list").first().innerText(), /役割分担/);
  await page.goto(server.address + "/contracts");
  assert.match(await row(page, "電子カルテ保守契約").innerText(), /合意 2 \/ 38/);
  await here(page, "contracts");
});
