// The planner makes a machine and its key, and a calendar of his own, in a real browser.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, daicho, heading, serve, signIn } from "./daicho.mjs";

let server, b, page, password;
const words = () => page.locator("main").innerText();

async function clean() {
  assert.deepEqual(await accessibilityFaults(page), [], page.url());
}

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"], (folder) => {
    const sheet = join(folder, "..", "staff-of-test.csv");
    writeFileSync(sheet, "職員番号,氏名,区分,在籍状況\n1,責任 太郎,職員,在職\n");
    daicho(["import", folder, "staff", sheet]);
  });
  b = await browser({ javaScript: true });
  page = b.page;
  await signIn(page, server, "kanri");
  password = server.password("kanri");
});

after(async () => {
  await b?.close();
  await server?.stop();
});

test("a machine is made, gets a key that is shown once, and loses it", async () => {
  await page.goto(server.address + "/tokens");
  assert.equal(await heading(page), "機器連携");
  await clean();
  await page.getByRole("link", { name: "機器・システムを加える" }).click();
  await clean();
  await page.getByLabel("ID", { exact: true }).fill("kensa");
  await page.getByLabel("名前", { exact: true }).fill("検査システム連携");
  await page.getByLabel("責任者").selectOption({ label: "責任 太郎" });
  await page.getByLabel(/^今のパスワード/).fill(password);
  await page.getByRole("button", { name: "加える", exact: true }).click();
  assert.match(await words(), /検査システム連携（kensa）/);
  await page.getByRole("link", { name: "鍵を発行する" }).click();
  await clean();
  await page.getByLabel("使いみち").fill("機器を読む");
  await page.getByLabel("機器台帳を見る").check();
  await page.getByLabel(/^今のパスワード/).fill(password);
  await page.getByRole("button", { name: "発行して、鍵を見る" }).click();
  assert.match(await words(), /dcho_[\w-]{43}/);
  await clean();
  await page.goto(server.address + "/tokens");
  assert.doesNotMatch(await words(), /dcho_/);
  await page.getByRole("link", { name: "機器を読む" }).click();
  await clean();
  await page.getByRole("button", { name: "この鍵をすぐに使えなくする" }).click();
  assert.match(await words(), /鍵はまだありません/);
});

test("a calendar has an address that is shown once and can be ended", async () => {
  await page.goto(server.address + "/settings");
  await page.getByRole("link", { name: "期限をふだんのカレンダーで見る" }).click();
  assert.equal(await heading(page), "カレンダー");
  await clean();
  await page.getByLabel(/^今のパスワード/).fill(password);
  await page.getByRole("button", { name: "作る", exact: true }).click();
  const address = (await words()).match(/https:\S+\/feed\/dcho_[\w-]{43}\.ics/);
  assert.ok(address);
  await clean();
  await page.goto(server.address + "/settings/calendar");
  assert.doesNotMatch(await words(), /dcho_/);
  await page.getByRole("button", { name: "今のアドレスを使えなくする" }).click();
  assert.match(await words(), /アドレスを作る/);
});
