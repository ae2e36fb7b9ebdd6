// Installing a catalogue, the gap, and what other answers propose: without JavaScript, fit for a telephone.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, daicho, download, heading, serve, signIn } from "./daicho.mjs";

const NARROW = { width: 390, height: 800 };
const guide = (edition, ...items) =>
  `format: 1\ncatalogue: mihon-guide\ntitle: 見本の指針\nedition: ${edition}\npublisher: 見本\nsource: 見本\n` +
  `kind: guideline\ntarget: facility\nsections:\n  - {id: "1", title: 一}\nitems:\n` +
  items.map(([n, says]) => `  - {id: "1-${n}", section: "1", number: "${n}", topic: 見出し${n}, says: ${says}}\n`).join("");
let server, plain;

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"], (data) => {
    for (const catalogue of ["mhlw-6.0-management", "mhlw-checklist-r7-hospital"])
      daicho(["round", "open", data, catalogue]);
    daicho(["round", "answer", data, "1", "--item", "13-⑦", "--value", "yes"]);
  });
  plain = await browser({ javaScript: false, viewport: NARROW });
  await signIn(plain.page, server, "kanri");
});

after(async () => {
  await plain?.close();
  await server?.stop();
});

const fits = async (page, what) => {
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= room, `${what} is ${wide} wide where ${room} are`);
};

const choose = async (page, name, text) => {
  const path = join(server.folder, name);
  writeFileSync(path, text);
  await page.goto(server.address + "/updates");
  await page.getByLabel("基準のファイル").setInputFiles(path);
  await page.getByRole("button", { name: "変わることを見る" }).click();
};

test("a catalogue is looked at, tried, taken back and confirmed", async () => {
  const { page } = plain;
  await choose(page, "first.yaml", guide("第1版", ["①", "甲を行います。"], ["②", "乙を行います。"]));
  assert.equal(await heading(page), "入れ替えると変わること");
  await fits(page, "the look at a file");
  await page.getByText("新しい項目（2件）").waitFor();
  await page.getByRole("button", { name: "試しに使い始める" }).click();
  await page.getByRole("button", { name: "これで確定する" }).click();
  await choose(page, "second.yaml", guide("第2版", ["①", "甲をすべて行います。"], ["③", "丙を行います。"]));
  for (const words of ["改められた項目（1件）", "新しい項目（1件）", "なくなった項目（1件）"])
    await page.getByText(words).waitFor();
  await page.getByRole("button", { name: "試しに使い始める" }).click();
  // A click does not wait for the page it leads to.
  await page.getByRole("button", { name: "これで確定する" }).first().waitFor();
  await fits(page, "the list of installed catalogues");
  await page.goto(server.address + "/catalogues/mihon-guide");
  await page.getByText("見出し③").first().waitFor();
  await page.goto(server.address + "/updates");
  await page.getByText("取り消して、前の内容に戻す").first().click();
  await page.getByRole("button", { name: "取り消す" }).first().click();
  await page.goto(server.address + "/catalogues/mihon-guide");
  await page.getByText("見出し②").first().waitFor();
  assert.equal(await page.getByText("見出し③").count(), 0);
});

test("a faulty file is told with its line, and changes nothing", async () => {
  const { page } = plain;
  await choose(page, "bad.yaml", guide("第3版", ["①", "甲を行います。"]).replace("title:", "titel:"));
  assert.equal(await heading(page), "このファイルは使えません");
  assert.match(await page.locator("main").innerText(), /titel/);
});

test("the gap is told, narrowed, printed within the page and handed out", async () => {
  const { page } = plain;
  await page.goto(server.address + "/gap");
  await page.getByLabel("どの基準について見るか").selectOption("mhlw-7.0-notes");
  await page.getByLabel("見る項目").selectOption("changed");
  await page.getByRole("button", { name: "見る", exact: true }).click();
  await page.getByText("改められた項目").first().waitFor();
  await page.getByText("前の版のままの項目", { exact: false }).first().waitFor();
  await fits(page, "the gap");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("form.filters").isVisible(), false);
  await page.emulateMedia({ media: "screen" });
  const sheet = await download(page, page.getByRole("link", { name: "Excelで受け取る" }));
  assert.match(sheet.name, /^足りないこと_mhlw-7\.0-notes_.*\.xlsx$/);
});

test("another answer is proposed beside the question and nothing is chosen", async () => {
  const { page } = plain;
  const rounds = JSON.parse(daicho(["round", "list", server.data, "--format", "json"]));
  const { round } = rounds.find((r) => r.catalogue === "mhlw-checklist-r7-hospital");
  await page.goto(`${server.address}/round/${round}/item/2-⑤/general`);
  const proposal = page.getByRole("region", { name: "ほかの答えからの提案" });
  assert.match(await proposal.innerText(), /13⑦ に「はい」（令和.*まだ残ること/s);
  assert.equal(await page.locator("input[name=value]:checked").count(), 0);
  await fits(page, "the question");
});

test("the pages have no faults of accessibility", async () => {
  const scripted = await browser();
  await signIn(scripted.page, server, "kanri");
  for (const path of ["/updates", "/gap?to=mhlw-7.0-notes", "/gap"]) {
    await scripted.page.goto(server.address + path);
    assert.deepEqual(await accessibilityFaults(scripted.page), [], path);
  }
  await scripted.close();
});
