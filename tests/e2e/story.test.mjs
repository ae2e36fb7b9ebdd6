// The first year of a hospital with daicho, from the first sign-in to the next year's
// checklist, once with JavaScript and once without.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  PASSWORD, SAMPLES, browser, changePassword, download, formFields, heading, importAll, importPlan, openRound,
  post, serve, signIn,
} from "./daicho.mjs";

// Fixed, so that the dates typed below stay inside it whenever this runs.
const YEAR = 2026;
const SHEET = join(SAMPLES, "devices-excel.csv");

/** The sheet of content/sample with its three wrong cells put right, still in CP932. */
function fixedSheet() {
  const cp932 = (hex) => Buffer.from(hex, "hex").toString("latin1");
  const text = readFileSync(SHEET).toString("latin1")
    .replace("192.0.2.300", "192.0.2.29")
    .replace("2024/2/30", "2024/2/29")
    .replace(cp932("88ea8eae") + ",", ","); // 一式
  return { name: "機器一覧 直した版.csv", mimeType: "text/csv", buffer: Buffer.from(text, "latin1") };
}

/** What must hold on every page of the story. */
async function look(page, title) {
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForLoadState("load"); // before that what hides on paper may not be read yet
  assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, page.url());
  if (title) assert.match(await heading(page), title);
  await page.emulateMedia({ media: "print" });
  for (const node of await page.locator(".site-nav, .skip-link, main .buttons, main .actions").all())
    assert.equal(await node.isVisible(), false, `printed although useless on paper: ${page.url()}`);
  assert.equal(await page.getByRole("heading", { level: 1 }).isVisible(), true);
  await page.emulateMedia({ media: "screen" });
}

async function receipt(page) {
  const notice = await page.getByText(/受付番号は \d+ です/).first().innerText();
  return Number(/(\d+)/.exec(notice)[1]);
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

async function signInFirstTime(page, server) {
  await signIn(page, server, "admin", server.firstPassword);
  await look(page, /パスワードの変更/);
  // Nothing else opens before the password is one's own.
  await page.goto(server.address + "/ledgers");
  await look(page, /パスワードの変更/);
  await changePassword(page, server.firstPassword);
}

/** The three pages of the first run; returns the director's first password. */
async function firstRun(page, server) {
  await look(page, /やること/);
  await page.getByRole("link", { name: "初めの設定をする" }).click();
  await look(page, /施設/);
  assert.equal(await page.getByLabel("施設の名前").inputValue(), "見本病院");
  await page.getByLabel("許可病床数").fill("六十");
  await press(page, "保存して次へ");
  assert.match(await page.locator(".error-summary").innerText(), /許可病床数/);
  await page.getByLabel("許可病床数").fill("６０");
  await press(page, "保存して次へ");
  await look(page, /責任者/);
  await page.locator("form[action='/setup/officer']").getByLabel("氏名").fill("見本 太郎");
  await page.getByLabel("任命日").fill("令和7年4月1日");
  await page.getByLabel("任せている権限").fill("非常時に電子カルテの停止とネットワークの遮断を決める");
  await press(page, "責任者を登録する");
  await receipt(page);
  await page.locator("form[action='/setup/director']").getByLabel("利用者ID").fill("incho");
  await page.locator("form[action='/setup/director']").getByLabel("氏名").fill("見本 太郎");
  await press(page, "利用者IDを作り、最初のパスワードを見る");
  await look(page, /最初のパスワード/);
  const password = await page.locator("main code").innerText();
  await page.getByRole("link", { name: "初めの設定に戻る" }).click();
  assert.match(await page.locator("main").innerText(), /incho）が承認できます/);
  await page.getByRole("link", { name: /次へ進む/ }).click();
  await look(page, /外の会社/);
  await page.getByLabel("電子カルテ・部門システム").selectOption({ label: "頼んでいる" });
  await page.getByLabel("日々の運用・ヘルプデスク").selectOption({ label: "頼んでいない" });
  await press(page, "保存して次へ");
  await look(page, /施設のようす/);
  // What was said before need not be said again.
  assert.equal(await page.getByRole("group", { name: /契約していますか/ }).getByLabel("はい").isChecked(), true);
  await page.getByRole("group", { name: /サーバを置いていますか/ }).getByLabel("はい").check();
  await page.getByRole("group", { name: /無線LAN/ }).getByLabel("分からない").check();
  await press(page, "保存して次へ");
  await look(page, /初めの設定が終わりました/);
  await receipt(page);
  await page.goto(server.address + "/");
  await look(page, /やること/);
  assert.equal(await page.getByRole("link", { name: "初めの設定をする" }).count(), 0);
  return password;
}

async function addAuditor(page, server) {
  await page.goto(server.address + "/accounts");
  await look(page, /利用者/);
  await page.getByLabel("利用者ID").fill("kansa");
  await page.getByLabel("氏名").fill("見本 三枝");
  await page.getByLabel("役割").selectOption("auditor");
  await press(page, "登録して、最初のパスワードを見る");
  await look(page, /最初のパスワード/);
}

async function importDevices(page, server) {
  await page.goto(server.address + "/ledgers");
  await look(page, /^台帳$/);
  await importPlan(page, server, "devices", SHEET);
  await look(page);
  const before = await page.locator(".totals").innerText();
  assert.match(before, /追加 37件/);
  assert.match(before, /誤り 3件/);
  const faults = page.locator("tr", { hasText: "誤り" });
  for (const wrong of ["192.0.2.300", "2024/2/30", "パソコン一式"])
    assert.equal(await faults.filter({ hasText: wrong }).count(), 1, wrong);

  const errors = await download(page, page.getByRole("button", { name: "誤りの行をCSVで受け取る" }));
  const rows = readFileSync(errors.path, "utf8");
  assert.match(rows, /192\.0\.2\.300/);
  assert.equal(rows.trimEnd().split("\n").length, 1 + 3, "header and three rows");

  await page.goto(server.address + "/ledger/devices");
  assert.match(await page.locator("main").innerText(), /当てはまる件はありません/, "a dry run changes nothing");

  await importPlan(page, server, "devices", fixedSheet());
  assert.match(await page.locator(".totals").innerText(), /追加 40件[\s\S]*誤り 0件/);
  const again = await formFields(page, "form[action$='/commit']");
  const commit = await page.locator("form[action$='/commit']").getAttribute("action");
  await press(page, "40件を取り込む");
  await look(page, /取り込みの結果/);
  assert.ok((await receipt(page)) > 0);

  // The second click of an impatient person, and the same file chosen again.
  await post(page.context(), server, commit, again);
  await importPlan(page, server, "devices", fixedSheet());
  assert.match(await page.locator(".totals").innerText(), /追加 0件[\s\S]*変更なし 40件/);
  assert.equal(await page.getByRole("button", { name: /件を取り込む$/ }).count(), 0);
  await page.goto(server.address + "/ledger/devices");
  await look(page, /機器台帳/);
  assert.match(await page.locator(".count").innerText(), /^40件/);
}

async function fillEntry(page, server, ledger, fields) {
  await page.goto(`${server.address}/ledger/${ledger}/new`);
  await look(page, /新しい登録/);
  for (const [label, value] of Object.entries(fields)) {
    const control = page.locator("main form[method=post]").getByLabel(label).first();
    if ((await control.evaluate((node) => node.tagName)) === "SELECT") await control.selectOption({ label: value });
    else await control.fill(value);
  }
  await press(page, "確定して保存");
  await look(page);
  return receipt(page);
}

async function fillLedgers(page, server) {
  await fillEntry(page, server, "vendors", {
    "事業者名": "株式会社見本システムズ", "ふりがな": "みほんしすてむず", "種類": "電子カルテ・部門システム",
    "電話": "03-0000-1111",
  });
  await fillEntry(page, server, "people", {
    "役割": "企画管理者", "氏名": "見本 花子", "任命日": "令和7年4月1日", "働き方": "兼任",
  });
  await importAll(page, server, "vendors", join(SAMPLES, "vendors.csv"));
  await importAll(page, server, "contacts", join(SAMPLES, "contacts.csv"));
  await page.goto(server.address + "/ledger/contacts");
  await look(page);
  const first = await page.locator("tbody tr").first().innerText();
  assert.match(first, /^1\s/, "the list is in the order of calling");
  await fillEntry(page, server, "disclosures", {
    "事業者": "株式会社見本システムズ", "製品名・サービス名": "見本カルテ", "種類": "MDS（製造業者）",
    "様式の版": "Ver.5.0", "受け取った日": "2026-02-03", "「はい」の数": "36", "「いいえ」の数": "3",
    "「対象外」の数": "2", "空欄の数": "0", "「いいえ」と空欄の説明と補い方": "二要素認証は次の更新で対応",
  });
}

/** Every question explains itself, says what to show and proposes with a reason. */
async function readQuestions(page, round) {
  await page.goto(round);
  const paths = await page.locator("tbody th a").evaluateAll((links) => links.map((a) => a.href));
  assert.ok(paths.length >= 14);
  for (const [i, path] of paths.entries()) {
    await page.goto(path);
    const text = await page.locator("main").innerText();
    assert.match(text, new RegExp(`${i + 1}問目（全${paths.length}問）`));
    assert.match(text, /すること/);
    assert.match(text, /検査のときに見せるもの/);
    const proposal = await page.locator(".proposal").innerText();
    assert.ok(proposal.split("\n").filter((line) => line.trim()).length >= 2, `no reason: ${path}`);
    assert.equal(await page.getByRole("radio", { checked: true }).count(), 0, "nothing is answered for a person");
    if (i < 3) await look(page);
  }
  return paths;
}

async function answer(page, path, value, more = {}) {
  await page.goto(path);
  await page.getByRole("radio", { name: value, exact: true }).check();
  await page.getByLabel("目標日（「いいえ」のとき）").fill(more.target ?? "");
  if (more.note !== undefined) await page.getByLabel("備考").fill(more.note);
  if (more.file) await page.getByLabel(/ファイルを付ける/).setInputFiles(more.file);
  await press(page, "この答えで確認する");
}

async function answerQuestions(page, paths) {
  const minutes = { name: "委員会議事録.txt", mimeType: "text/plain", buffer: Buffer.from("令和8年4月 委員会議事録\n") };

  await answer(page, paths[0], "はい");
  assert.ok((await receipt(page)) > 0);
  await answer(page, paths[1], "はい", { file: minutes });
  await receipt(page);
  await page.goto(paths[1]);
  assert.equal(await page.getByRole("checkbox", { name: "委員会議事録.txt" }).isChecked(), true);

  await answer(page, paths[2], "いいえ", { note: "残り3台" });
  await look(page);
  const refused = await page.locator(".error-summary").innerText();
  assert.match(refused, /2026-04-01から2027-03-31/);
  assert.equal(await page.getByLabel("備考").inputValue(), "残り3台", "what was typed stays");
  await answer(page, paths[2], "いいえ", { target: "2027-04-01" });
  assert.match(await page.locator(".error-summary").innerText(), /2026-04-01から2027-03-31/);
  await answer(page, paths[2], "いいえ", { target: "令和9年3月1日", note: "残り3台" });
  await receipt(page);

  await answer(page, paths[3], "対象外");
  assert.match(await page.locator(".error-summary").innerText(), /理由/);
  await answer(page, paths[3], "対象外", { note: "該当する機器がない" });
  await receipt(page);
}

async function doubleSubmit(page, server, path) {
  await page.goto(path);
  const fields = [...(await formFields(page, ".question form")), ["value", "yes"]];
  const results = [];
  for (let i = 0; i < 2; i++) results.push(await post(page.context(), server, new URL(path).pathname, fields));
  assert.deepEqual(results.map((r) => r.status()), [303, 303]);
  assert.equal(results[0].headers().location, results[1].headers().location, "one and the same receipt");
}

async function approve(page, round, password) {
  await page.goto(round + "/approve");
  const partial = page.getByLabel(/残したまま承認する/);
  if (await partial.count()) await partial.check();
  await page.getByLabel(/パスワードをもう一度/).fill(password);
  await press(page, "承認する");
}

async function directorApproves(page, server, round, firstPassword) {
  await signIn(page, server, "incho", firstPassword);
  await changePassword(page, firstPassword);
  await page.goto(round);
  await page.getByRole("link", { name: "確かめて承認する" }).click();
  await look(page, /^承認$/);
  const text = await page.locator("main").innerText();
  for (const part of ["はい", "いいえ", "未確認", "残り3台", "2027-03-01", "該当する機器がない"])
    assert.ok(text.includes(part), part);
  await approve(page, round, "chigau-Password-1");
  await look(page);
  assert.match(await page.getByRole("alert").innerText(), /パスワードが違います/);
  await approve(page, round, PASSWORD);
  await receipt(page);
  assert.match(await page.locator("main").innerText(), /承認済み/);
}

async function downloads(page, round) {
  await page.goto(round);
  await look(page);
  const pdf = await download(page, page.getByRole("link", { name: "提出資料（PDF）" }));
  assert.match(pdf.name, /^立入検査資料_2026年度\.pdf$/);
  const text = execFileSync("pdftotext", ["-layout", pdf.path, "-"], { encoding: "utf8" });
  for (const part of ["見本病院", "1-(1)", "2-(1)", "3-(1)", "電子カルテ主サーバ", "残り2台", "いいえ"])
    assert.ok(text.includes(part), `the PDF lacks ${part}`);
  assert.match(execFileSync("pdfinfo", [pdf.path], { encoding: "utf8" }), /Pages:\s+\d+/);
  const xlsx = await download(page, page.getByRole("link", { name: "提出資料（Excel）" }));
  assert.match(xlsx.name, /\.xlsx$/);
  const sheets = execFileSync("unzip", ["-p", xlsx.path, "xl/worksheets/*.xml"],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  for (const part of ["1-(1)", "残り2台", "電子カルテ主サーバ"]) assert.ok(sheets.includes(part), `the XLSX lacks ${part}`);
}

async function nextYear(page, server) {
  const round = await openRound(page, server, YEAR + 1);
  await look(page);
  const rows = await page.locator("tbody tr:not(.group-row)").evaluateAll((all) => all.map((row) => row.innerText));
  assert.ok(rows.every((row) => row.includes("未確認")), "every item is to be confirmed anew");
  assert.match(rows[0], /はい/);
  const paths = await page.locator("tbody th a").evaluateAll((links) => links.map((a) => a.href));
  for (const [path, said] of [[paths[1], /前回（2026年度）の回答: はい/], [paths[2], /いいえ[\s\S]*目標日 2027-03-01[\s\S]*残り2台/]]) {
    await page.goto(path);
    assert.match(await page.locator(".last-year").innerText(), said);
    assert.equal(await page.getByRole("radio", { checked: true }).count(), 0);
  }
  await page.goto(paths[1]);
  const file = await download(page, page.locator(".last-year").getByRole("link", { name: "委員会議事録.txt" }));
  assert.equal(readFileSync(file.path, "utf8"), "令和8年4月 委員会議事録\n", "last year's evidence can still be opened");
  return round;
}

async function twoEditors(page, context, server) {
  await page.goto(server.address + "/ledger/devices?q=K008");
  await page.locator("tbody th a").first().click();
  const entry = page.url().replace(/\?.*/, "");
  const other = await context.newPage();
  await page.goto(entry + "/edit");
  await other.goto(entry + "/edit");
  await page.getByLabel("設置場所").fill("本館2階 受付");
  await page.getByLabel("部署").fill("総務課");
  await page.getByLabel("変更の理由").fill("席替え");
  await press(page, "確定して保存");
  await receipt(page);
  await other.getByLabel("設置場所").fill("別館1階 受付");
  await other.getByLabel("型番").fill("MD-9999");
  await press(other, "確定して保存");
  await other.getByRole("alert").waitFor();
  await look(other);
  const conflict = await other.getByRole("alert").innerText();
  assert.match(conflict, /本館2階 受付/);
  assert.match(conflict, /別館1階 受付/);
  assert.equal(await other.getByLabel("設置場所").inputValue(), "別館1階 受付", "what was typed stays");
  assert.equal(await other.getByLabel("部署").inputValue(), "総務課", "what the other changed is not undone");
  await press(other, "確定して保存");
  await receipt(other);
  await other.getByRole("link", { name: "履歴を見る" }).click();
  await look(other, /^履歴/);
  const history = await other.locator(".history").innerText();
  assert.match(history, /設置場所: 変更前 本館1階 受付 → 変更後 本館2階 受付/);
  assert.match(history, /設置場所: 変更前 本館2階 受付 → 変更後 別館1階 受付/);
  assert.match(history, /理由: 席替え/);
  assert.doesNotMatch(history, /変更前 総務課/);
  await other.getByRole("link", { name: "第1版" }).click();
  assert.match(await other.locator("main").innerText(), /過去の版[\s\S]*本館1階 受付/);
  await other.close();
}

async function nothingAltered(page, server) {
  await page.goto(server.address + "/verify");
  await look(page, /改ざん検査/);
  const kept = await download(page, page.getByRole("link", { name: "証明をファイルに保存する" }));
  await page.getByLabel(/添付ファイルの中身も/).check();
  await page.getByLabel("手元の控え").fill(readFileSync(kept.path, "utf8"));
  await press(page, "検査を始める");
  await look(page, /改ざん検査/);
  const text = await page.locator("main").innerText();
  assert.match(text, /改ざんは見つかりませんでした/);
  assert.match(text, /手元の控えで確かめられた範囲/);
}

async function story(javaScript) {
  const server = await serve(["--org", "見本病院", "--kind", "hospital"]);
  const b = await browser({ javaScript });
  const { page, context } = b;
  try {
    page.on("pageerror", (error) => assert.fail(`script: ${error}`));
    await signInFirstTime(page, server);
    const firstPassword = await firstRun(page, server);
    await addAuditor(page, server);
    await importDevices(page, server);
    await fillLedgers(page, server);
    const round = await openRound(page, server, YEAR);
    assert.match(await heading(page), /令和6年度版/);
    const paths = await readQuestions(page, round);
    await answerQuestions(page, paths);
    await doubleSubmit(page, server, paths[4]);
    const director = await b.another();
    await directorApproves(director.page, server, round, firstPassword);
    await answer(page, paths[2], "いいえ", { target: "2027-03-01", note: "残り2台" });
    await page.goto(round);
    assert.match(await page.locator("main").innerText(), /承認が古くなっています/);
    await approve(director.page, round, PASSWORD);
    assert.match(await director.page.locator("main").innerText(), /承認済み/);
    await downloads(director.page, round);
    await nextYear(page, server);
    await twoEditors(page, context, server);
    await nothingAltered(page, server);
    await page.goto(server.address + "/");
    await look(page);
  } finally {
    await b.close();
    assert.equal(await server.stop(), 0, server.log());
  }
}

test("story: a hospital's first year, with JavaScript", () => story(true));
test("story: a hospital's first year, without JavaScript", () => story(false));
