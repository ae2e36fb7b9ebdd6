// A planner opens some records to an inspector for some days, hands over a code on paper, and ends
// it by one click. The inspector reads what was opened, and nothing else, without JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, heading, openRound, serve, signIn } from "./daicho.mjs";

let server, b, plain, planner, inspector, round, code;
const words = (page) => page.locator("main").innerText();

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"]);
  b = await browser();
  plain = await browser({ javaScript: false });
  planner = b.page;
  inspector = plain.page;
  await signIn(planner, server, "kanri");
  round = await openRound(planner, server);
});

after(async () => {
  await b?.close();
  await plain?.close();
  await server?.stop();
});

test("a planner chooses what an inspector sees and gets a paper with a code", async () => {
  await planner.goto(server.address + "/packs");
  await planner.getByRole("link", { name: "検査官に見せる記録と期間を決める" }).click();
  assert.equal(await heading(planner), "検査官に見せる");
  assert.deepEqual(await accessibilityFaults(planner), []);
  await planner.getByRole("button", { name: "開いて番号を作る" }).click();
  assert.match(await words(planner), /検査の名前/);
  await planner.getByLabel("検査の名前").fill("保健所 立入検査");
  await planner.getByLabel("機器台帳").check();
  await planner.locator("input[name=round]").first().check();
  await planner.getByRole("button", { name: "開いて番号を作る" }).click();
  assert.equal(await heading(planner), "検査官に渡す紙");
  assert.deepEqual(await accessibilityFaults(planner), []);
  code = (await planner.locator(".first-password").innerText()).trim();
  assert.match(code, /^k[0-9a-z]{7}-[a-z0-9-]{20,}$/);
});

test("the code on a plain page opens just that, to read", async () => {
  await inspector.goto(server.address + "/inspect");
  await inspector.getByLabel("番号").fill(code.slice(0, -1) + "0");
  await inspector.getByRole("button", { name: "見る" }).click();
  assert.match(await words(inspector), /その番号では見られません/);
  await inspector.getByLabel("番号").fill(` ${code.toUpperCase()} `);
  await inspector.getByRole("button", { name: "見る" }).click();
  await inspector.waitForURL(/\/inspect\/view/);
  assert.equal(await heading(inspector), "保健所 立入検査");
  assert.ok(!inspector.url().includes(code), "no code in an address");
  await inspector.getByRole("link", { name: "機器台帳" }).click();
  assert.equal(await heading(inspector), "機器台帳");
  assert.equal(await inspector.getByRole("link", { name: /新しく登録|取り込む|書き出す/ }).count(), 0);
  await inspector.locator("tbody a").first().click();
  assert.equal(await inspector.getByRole("link", { name: "変更する" }).count(), 0);
  assert.equal(await inspector.locator("main form").count(), 0);
  assert.equal((await inspector.goto(round)).status(), 200);
  for (const path of ["/ledger/vendors", "/ledger/people", "/packs", "/settings", "/accounts", "/inspections"])
    assert.equal((await inspector.goto(server.address + path)).status(), 403, path);
});

test("the inspector's pages are free of faults that axe can find", async () => {
  const { page: seeing, context } = await b.another();
  await seeing.goto(server.address + "/inspect");
  assert.deepEqual(await accessibilityFaults(seeing), []);
  await context.addCookies(await inspector.context().cookies());
  await seeing.goto(server.address + "/inspect/view");
  assert.deepEqual(await accessibilityFaults(seeing), []);
  await context.close();
});

test("one click ends it, and the code is worth nothing any more", async () => {
  await planner.goto(server.address + "/inspections");
  await planner.getByRole("button", { name: "今すぐ閉じる" }).click();
  await planner.waitForURL(/\/inspections/);
  assert.match(await words(planner), /閉じました/);
  await inspector.goto(server.address + "/ledger/devices");
  assert.match(inspector.url(), /\/signin/);
  await inspector.goto(server.address + "/inspect");
  await inspector.getByLabel("番号").fill(code);
  await inspector.getByRole("button", { name: "見る" }).click();
  assert.match(await words(inspector), /その番号では見られません/);
});
