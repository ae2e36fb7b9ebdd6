// A department head goes through the sheet of their department, keyboard and labels checked.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, daicho, download, heading, serve, signIn, PASSWORD } from "./daicho.mjs";

let server, b;

const day = (ago) => new Date(Date.now() - ago * 86400000).toISOString().slice(0, 10);

function prepare(data) {
  for (const [login, role, name] of [["kanri", "planner", "企画 花子"], ["shicho", "staff", "師長 恵"],
    ["incho", "executive", "院長 一郎"]])
    daicho(["user", "add", data, login, "--name", name, "--role", role, "--password-stdin"], { input: PASSWORD + "\n" });
  const folder = join(data, "..");
  writeFileSync(join(folder, "staff.csv"),
    `職員番号,氏名,所属,退職日\n1,佐藤 美咲,外来,${day(40)}\n2,鈴木 誠,外来,\n3,高橋 葵,外来,\n4,田中 進,医事課,\n`);
  writeFileSync(join(folder, "ids.csv"),
    `ID,氏名,職員番号,有効,最終ログイン\nsato,佐藤 美咲,1,有効,${day(50)}\nsuzuki,鈴木 誠,2,有効,${day(1)}\n` +
    `takahashi,高橋 葵,3,有効,${day(2)}\ntanaka,田中 進,4,有効,${day(1)}\n`);
  daicho(["import", data, "staff", join(folder, "staff.csv")]);
  daicho(["stocktake", "import", data, "電子カルテ", join(folder, "ids.csv")]);
  daicho(["stocktake", "open", data, "--title", "上期のID棚卸し"]);
  daicho(["stocktake", "assign", data, "--department", "外来", "--head", "shicho"]);
}

before(async () => {
  server = await serve(["--org", "見本病院", "--kind", "hospital"], prepare);
  b = await browser();
});
after(async () => {
  await b?.close();
  await server?.stop();
});

const faults = async (page, where) => (await accessibilityFaults(page)).map((fault) => `${where}: ${fault}`);

test("a department head decides each line of the sheet", async () => {
  const { page } = b;
  await signIn(page, server, "shicho", PASSWORD);
  await page.getByRole("link", { name: "部署のIDを棚卸しする" }).click();
  assert.deepEqual(await faults(page, "list"), []);
  await page.getByRole("link", { name: "上期のID棚卸し" }).click();
  assert.deepEqual(await faults(page, "whole"), []);
  assert.equal(await page.getByText("医事課").count(), 0);
  await page.getByRole("link", { name: "外来", exact: true }).click();
  assert.equal(await heading(page), "ID棚卸し票　外来");
  assert.deepEqual(await faults(page, "sheet"), []);

  const leaver = page.getByRole("group", { name: /sato/ });
  assert.match(await leaver.innerText(), /退職者のID/);
  await leaver.getByRole("radio", { name: "権限変更" }).check();
  await page.getByRole("button", { name: "このページの判断を保存する" }).click();
  assert.match(await page.getByRole("alert").innerText(), /どう変えるか/);
  await page.getByRole("group", { name: /sato/ }).getByRole("radio", { name: "停止" }).check();
  await page.getByRole("button", { name: "このページの判断を保存する" }).click();
  assert.match(await page.locator("main").innerText(), /受付番号/);
  assert.ok(await page.getByRole("group", { name: /sato/ }).getByRole("radio", { name: "停止" }).isChecked());
  await page.getByRole("button", { name: "何も見つからなかった未決定の2件を、まとめて継続にする" }).click();
  assert.match(await page.locator("main").innerText(), /3件のうち3件が決まりました/);

  const sheet = await download(page, page.getByRole("link", { name: "押印用のPDFを受け取る" }));
  assert.match(sheet.name, /外来/);
  assert.match(execFileSync("pdftotext", [sheet.path, "-"], { encoding: "utf8" }), /sato/);
});

test("other departments and the report are not theirs", async () => {
  const { page } = b;
  const path = new URL(page.url()).pathname.replace("/sheet", "");
  for (const rest of ["/sheet?department=医事課", "/pdf", "/pdf?department=医事課"]) {
    const answer = await page.request.get(server.address + path + rest);
    assert.ok([403, 404].includes(answer.status()), `${rest}: ${answer.status()}`);
  }
});

test("the planner takes in another list and sees what is new and gone", async () => {
  const { page, context } = await b.another();
  await signIn(page, server, "kanri", PASSWORD);
  await page.goto(server.address + "/stocktakes");
  await page.getByLabel("システムの名前").fill("電子カルテ");
  await page.getByLabel("利用者の一覧のファイル").setInputFiles({ name: "ids2.ldif", mimeType: "text/plain",
    buffer: Buffer.from("dn: uid=suzuki,dc=jp\nuid: suzuki\nemployeeNumber: 2\n\ndn: uid=neu,dc=jp\nuid: neu\n") });
  await page.getByRole("button", { name: "確かめる" }).click();
  assert.equal(await heading(page), "電子カルテの利用者の一覧");
  assert.deepEqual(await faults(page, "compared list"), []);
  const totals = (await page.locator(".totals").innerText()).replace(/\s+/g, "");
  assert.match(totals, /新規1件.*無くなった3件/);
  await page.getByRole("button", { name: "この内容を取り込む" }).click();
  assert.match(await page.locator("main").innerText(), /受付番号/);
  await page.goto(server.address + "/ledger/system_accounts?q=neu");
  assert.match(await page.locator("tbody").innerText(), /neu/);
  await context.close();
});

test("the planner enters paper decisions and ends it, the director approves", async () => {
  const { page, context } = await b.another();
  await signIn(page, server, "kanri", PASSWORD);
  await page.goto(server.address + "/stocktakes");
  assert.deepEqual(await faults(page, "planner's list"), []);
  await page.getByRole("link", { name: "上期のID棚卸し" }).click();
  assert.deepEqual(await faults(page, "planner's whole"), []);
  const whole = page.url();
  for (const department of ["医事課", "（部署なし）"]) {
    await page.goto(whole);
    await page.getByRole("link", { name: department, exact: true }).click();
    for (const group of await page.getByRole("group").all()) await group.getByRole("radio", { name: "継続" }).check();
    await page.getByRole("button", { name: "このページの判断を保存する" }).click();
  }
  await page.goto(whole);
  await page.getByRole("button", { name: /棚卸しを終えて/ }).click();
  assert.match(await page.locator("main").innerText(), /まだ処置していないもの/);
  assert.deepEqual(await faults(page, "closed"), []);
  await page.getByLabel(/処置の証拠/).first().fill("作業票 7");
  await page.getByRole("button", { name: "処置した", exact: true }).first().click();
  assert.match(await page.locator("main").innerText(), /受付番号/);
  await context.close();

  const director = await b.another();
  await signIn(director.page, server, "incho", PASSWORD);
  await director.page.goto(whole);
  await director.page.getByLabel(/パスワードをもう一度/).fill(PASSWORD);
  await director.page.getByRole("button", { name: "結果を承認する" }).click();
  assert.match(await director.page.locator("main").innerText(), /院長 一郎 さんが .* に承認しました/);
  await director.context.close();
});
