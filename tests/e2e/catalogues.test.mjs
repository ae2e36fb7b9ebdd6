// Reading guidelines in a browser: no accessibility faults, narrow and wide; words explained on
// hover and on keyboard focus without JavaScript; on paper; the keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, daicho, heading, serve, signIn } from "./daicho.mjs";

const CONTROL = "mhlw-6.0-control";
const ITEM = `/catalogues/${CONTROL}/${encodeURIComponent("13-⑤")}`;

let server, b, plain, crosswalk;

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"]);
  b = await browser();
  plain = await browser({ javaScript: false });
  await signIn(b.page, server, "kanri");
  await signIn(plain.page, server, "kanri");
  const all = JSON.parse(daicho(["crosswalk", "list", "--format", "json"]));
  crosswalk = all.length ? `/crosswalks/${all[0].to}/${all[0].from}` : "/crosswalks";
});

after(async () => {
  await b.close();
  await plain.close();
  assert.equal(await server.stop(), 0, server.log());
});

/** Elements that stick out at the right, other than inside a table's own frame. */
const tooWide = (page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    return [...document.querySelectorAll("body *")]
      .filter((node) => node.getBoundingClientRect().right > width + 1 && !node.closest(".table-scroll *"))
      .map((node) => `${node.tagName} ${node.className} ${node.textContent.slice(0, 30)}`);
  });

test("no faults on any page, at either width, folded or not", async () => {
  const { page } = b;
  const found = [];
  for (const path of ["/", "/catalogues", `/catalogues/${CONTROL}?show=all`, "/catalogues/cloud-medical", ITEM,
    "/requirements", "/requirements?q=%E3%81%97%E3%82%93%E3%81%9B%E3%81%84%E3%81%9B%E3%81%84&show=all",
    "/requirements?q=zzzz", "/requirements?role=planner&show=excluded", "/crosswalks", crosswalk, "/glossary",
    "/scope", "/scope/look?a-own_server=no", "/setup/scope"])
    for (const size of [{ width: 1280, height: 900 }, { width: 320, height: 640 }]) {
      await page.setViewportSize(size);
      await page.goto(server.address + path);
      await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
      for (const fault of await accessibilityFaults(page)) found.push(`${path} @${size.width}: ${fault}`);
      if (size.width === 320) for (const wide of await tooWide(page)) found.push(`${path}: too wide: ${wide}`);
    }
  await page.setViewportSize({ width: 1280, height: 900 });
  assert.deepEqual(found, []);
});

test("a word is explained on hover and on focus, without JavaScript", async () => {
  const { page } = plain;
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(server.address + ITEM);
    const words = page.locator(".term");
    assert.ok((await words.count()) >= 2);
    for (let i = 0; i < (await words.count()); i++) {
      const word = words.nth(i);
      const tip = word.locator(".term-tip");
      assert.equal(await tip.isVisible(), false, "explained before it is asked for");
      await word.locator("a").evaluate((node) => node.scrollIntoView({ block: "center" }));
      await word.locator("a").hover();
      assert.equal(await tip.isVisible(), true, `not on hover: ${i} at ${width}`);
      // The pointer can go to what is shown, straight down.
      const at = await word.locator("a").boundingBox();
      const box = await tip.boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= width, `tip ${i} leaves the page at ${width}`);
      await page.mouse.move(Math.min(at.x + 5, box.x + box.width - 5), box.y + box.height / 2, { steps: 20 });
      assert.equal(await tip.isVisible(), true, `tip ${i} cannot be reached at ${width}: ${JSON.stringify([at, box])}`);
      await page.mouse.move(1, 1);
      assert.equal(await tip.isVisible(), false);
      await word.locator("a").focus();
      assert.equal(await tip.isVisible(), true, "not on focus");
      // Who hears the page is told by the list at its end.
      const says = await word.locator("a").getAttribute("aria-describedby");
      assert.equal(await page.locator("#" + says).innerText(), await tip.innerText());
      await word.locator("a").blur();
    }
    await words.first().locator("a").focus();
    await page.keyboard.press("Enter");
    assert.match(page.url(), /#w-\d+$/);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("Escape sends an explanation away until one comes back", async () => {
  const { page } = b;
  await page.goto(server.address + ITEM);
  const [first, second] = [page.locator(".term").nth(0), page.locator(".term").nth(1)];
  await first.locator("a").focus();
  await page.keyboard.press("Escape");
  assert.equal(await first.locator(".term-tip").isVisible(), false);
  await second.locator("a").focus();
  await first.locator("a").focus();
  assert.equal(await first.locator(".term-tip").isVisible(), true);
});

test("on paper the words stand in a list and nothing is cut off", async () => {
  const { page } = plain;
  await page.goto(server.address + ITEM);
  const words = await page.locator(".term a").allInnerTexts();
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(".term-tip:visible").count(), 0);
  assert.equal(await page.locator(".filters:visible, .site-nav:visible").count(), 0);
  for (const id of await page.locator(".term a").evaluateAll((all) => all.map((a) => a.getAttribute("aria-describedby"))))
    assert.ok(await page.locator("#" + id).isVisible(), `${words}: ${id} is not printed`);
  const box = await page.locator(".table-scroll").first().evaluate((n) => [n.scrollWidth, n.clientWidth]);
  assert.ok(box[0] <= box[1] + 1, `the table is cut off: ${box}`);
  await page.emulateMedia({ media: "screen" });
});

test("search, filter and read without JavaScript", async () => {
  const { page } = plain;
  await page.goto(server.address + "/");
  await page.getByLabel("ガイドラインやチェックリストからさがす").fill("しんせいせい");
  await page.getByRole("button", { name: "さがす" }).click();
  assert.equal(await heading(page), "項目をさがす");
  assert.ok((await page.locator("mark").allInnerTexts()).some((t) => t.includes("真正性") || t.includes("本物")));
  await page.getByText("絞り込み", { exact: true }).click();
  await page.getByLabel("受け持つ人").selectOption("operator");
  await page.getByRole("button", { name: "表示する" }).click();
  assert.match(page.url(), /role=operator/);
  assert.match(page.url(), /q=/);
  await page.locator(".task-list a").first().click();
  assert.match(await page.locator("main").innerText(), /システム運用担当者/);
  await page.getByRole("link", { name: "基準", exact: true }).first().click();
  assert.equal(await heading(page), "基準");
});

test("the keyboard alone: answer the questions about the facility, see what follows, save", async () => {
  const { page } = b;
  await page.goto(server.address + "/scope");
  const now = page.getByRole("group", { name: /外へ持ち出し/ });
  await now.getByRole("radio", { name: "はい" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await now.getByRole("radio", { name: "いいえ" }).isChecked(), true);
  await page.getByRole("button", { name: "何が変わるか確かめる" }).focus();
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.match(await page.locator("main").innerText(), /対象外になる/);
  const falling = page.locator("summary", { hasText: "対象外になる" });
  await falling.focus();
  await page.keyboard.press("Enter");
  assert.match(await page.locator("details[open]").innerText(), /持ち出/);
  await page.getByRole("button", { name: "この答えで保存する" }).focus();
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.match(await page.locator("main").innerText(), /受付番号/);
  await page.goto(server.address + "/requirements?show=excluded");
  assert.match(await page.locator("main").innerText(), /持ち出/);
});
