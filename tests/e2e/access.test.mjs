// Every kind of page, empty, full and with errors, is free of faults that axe can find,
// needs no sideways scrolling on a narrow screen, and works with the keyboard alone.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  SAMPLES, accessibilityFaults, browser, changePassword, openRound, serve, signIn,
} from "./daicho.mjs";

const SIZES = [{ width: 1280, height: 900 }, { width: 320, height: 640 }];
const NARROW_ONLY = 1;

/** Elements that stick out of the page at the right, other than inside a table's own scroller. */
function sidewaysOverflow(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.scrollingElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
      .filter((node) => node.getBoundingClientRect().right > width + 1 && !node.closest(".table-scroll *"))
      .map((node) => `${node.tagName.toLowerCase()}.${node.className} ${node.textContent.slice(0, 30)}`);
  });
}

/** Looks at the page as it stands, at both sizes; returns readable lines. */
async function faultsHere(page, what) {
  const found = [];
  for (const [i, size] of SIZES.entries()) {
    await page.setViewportSize(size);
    for (const fault of await accessibilityFaults(page)) found.push(`${what} @${size.width}: ${fault}`);
    if (i === NARROW_ONLY)
      for (const wide of await sidewaysOverflow(page)) found.push(`${what} @${size.width}: too wide: ${wide}`);
  }
  await page.setViewportSize(SIZES[0]);
  return found;
}

async function faultsAt(page, server, paths) {
  const found = [];
  for (const path of paths) {
    await page.goto(server.address + path);
    found.push(...(await faultsHere(page, path)));
  }
  return found;
}

let sample, b;

before(async () => {
  sample = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"]);
  b = await browser();
});

after(async () => {
  await b.close();
  assert.equal(await sample.stop(), 0, sample.log());
});

test("pages before signing in", async () => {
  const { page, context } = await b.another();
  const found = await faultsAt(page, sample, ["/signin", "/nothing-here"]);
  await page.goto(sample.address + "/signin");
  await page.getByLabel("利用者ID").fill("kanri");
  await page.getByLabel("パスワード", { exact: true }).fill("wrong-password-1");
  await page.getByRole("button", { name: "ログイン" }).click();
  assert.match(await page.getByRole("alert").innerText(), /違います/);
  found.push(...(await faultsHere(page, "refused sign-in")));
  assert.deepEqual(found, []);
  await context.close();
});

test("pages of a new hospital, with nothing in them", async () => {
  const server = await serve(["--org", "見本病院", "--kind", "hospital"]);
  const { page, context } = await b.another();
  await signIn(page, server, "admin", server.firstPassword);
  const found = await faultsHere(page, "first password");
  await changePassword(page, server.firstPassword);
  found.push(...(await faultsAt(page, server, ["/", "/setup", "/ledgers", "/ledger/devices", "/rounds", "/xray", "/packs",
    "/verify", "/settings", "/accounts"])));
  assert.deepEqual(found, []);
  await context.close();
  assert.equal(await server.stop(), 0);
});

test("pages of the sample hospital, full and with errors", async () => {
  const { page } = b;
  const found = [];
  const here = async (what) => found.push(...(await faultsHere(page, what)));
  await signIn(page, sample, "kanri");
  found.push(...(await faultsAt(page, sample, ["/", "/ledgers", "/packs", "/verify", "/settings", "/settings/totp",
    "/password", "/accounts", "/rounds", "/setup", "/ledger/devices/columns", "/ledger/devices?q=%E3%81%AA%E3%81%84%E7%89%A9",
    "/ledger/devices?q=M-0001&f-kind=server", "/ledger/nothing",
    ...["devices", "people", "disclosures"].map((l) => `/ledger/${l}`),
    "/ledger/devices/new", "/ledger/people/new"])));

  await page.goto(sample.address + "/ledger/devices/new");
  await page.getByLabel("IPアドレス").fill("192.0.2.300");
  await page.getByLabel("サポート終了日").fill("2月30日");
  await page.getByRole("button", { name: "確定して保存" }).click();
  assert.ok((await page.locator(".error-summary li").count()) >= 2);
  await here("entry with errors");

  await page.goto(sample.address + "/ledger/devices?q=M-0001");
  await page.locator("tbody th a").first().click();
  await here("entry");
  const entry = page.url();
  await page.goto(entry + "/edit");
  await page.getByLabel("設置場所").fill("本館3階");
  await page.getByRole("button", { name: "確定して保存" }).click();
  await here("entry after saving");
  found.push(...(await faultsAt(page, sample, ["/edit", "/history", "/rev/1"].map((rest) => new URL(entry).pathname + rest))));

  await page.goto(sample.address + "/ledger/devices/import");
  await here("import: choose");
  await page.getByRole("button", { name: "次へ" }).click();
  await here("import: nothing chosen");
  await page.getByLabel("ファイル", { exact: true }).setInputFiles(join(SAMPLES, "devices-excel.csv"));
  await page.getByRole("button", { name: "次へ" }).click();
  await here("import: columns");
  await page.getByRole("button", { name: "何が起きるか確かめる" }).click();
  await here("import: plan with errors");
  await page.getByLabel(/誤りの3行を飛ばして/).check();
  await page.getByRole("button", { name: /件を取り込む$/ }).click();
  await here("import: done");
  await page.goto(sample.address + "/ledger/devices/import");
  await page.getByLabel("ファイル", { exact: true })
    .setInputFiles({ name: "devices.csv", mimeType: "text/csv", buffer: Buffer.from([0x81, 0xff, 0x00, 0x01, 0xff]) });
  await page.getByRole("button", { name: "次へ" }).click();
  await here("import: unreadable");

  const round = await openRound(page, sample);
  await here("round");
  const path = await page.locator("tbody th a").nth(1).getAttribute("href");
  await page.goto(sample.address + path);
  await here("question");
  await page.getByRole("radio", { name: "いいえ", exact: true }).check();
  await page.getByRole("button", { name: "この答えで確認する" }).click();
  await here("question with errors");
  found.push(...(await faultsAt(page, sample, ["/rounds", "/xray", "/xray?only=open", "/xray/devices_supported",
    new URL(round).pathname + "/approve"])));

  const { page: director, context } = await b.another();
  await signIn(director, sample, "incho");
  await director.goto(round + "/approve");
  found.push(...(await faultsHere(director, "approve")));
  await director.getByLabel(/パスワードをもう一度/).fill("wrong");
  await director.getByRole("button", { name: "承認する" }).click();
  found.push(...(await faultsHere(director, "approve refused")));
  await director.goto(sample.address + "/ledger/devices/new");
  found.push(...(await faultsHere(director, "not allowed")));
  await context.close();
  assert.deepEqual(found, []);
});

/* The keyboard alone */

const focused = (page) =>
  page.evaluate(() => {
    const node = document.activeElement;
    const style = getComputedStyle(node);
    const label = node.labels?.[0]?.innerText ?? node.getAttribute("aria-label") ?? node.innerText ?? "";
    return {
      tag: node.tagName, type: node.type ?? "", id: node.id, text: label.trim(),
      ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    };
  });

/** Presses Tab until the wanted control has the focus; every stop must be visible. */
async function tabTo(page, wanted) {
  for (let i = 0; i < 400; i++) {
    await page.keyboard.press("Tab");
    const here = await focused(page);
    if (here.tag === "BODY") continue;
    assert.ok(here.ring, `no visible focus: ${here.tag} ${here.text}`);
    if (wanted(here)) return here;
  }
  assert.fail("the keyboard does not get there: " + wanted);
}

const control = (text, tag) => (here) => here.text.startsWith(text) && (!tag || here.tag === tag);

async function pressOn(page, text, tag) {
  await tabTo(page, control(text, tag));
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

async function keyboardSignIn(page, login) {
  await page.goto(sample.address + "/signin");
  await tabTo(page, control("利用者ID"));
  await page.keyboard.type(login);
  await tabTo(page, control("パスワード"));
  await page.keyboard.type(sample.password(login));
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.equal(new URL(page.url()).pathname, "/");
}

test("the keyboard alone: sign in, import, answer, approve", async () => {
  const { page, context } = await b.another();
  await keyboardSignIn(page, "kanri");

  await page.keyboard.press("Tab");
  assert.equal((await focused(page)).text, "本文へ移動");
  assert.equal(await page.locator(".skip-link").evaluate((node) => node.getBoundingClientRect().top >= 0), true);
  await page.keyboard.press("Enter");
  assert.equal((await focused(page)).id, "main");

  await page.goto(sample.address + "/");
  await pressOn(page, "台帳", "A");
  await pressOn(page, "サービス台帳", "A");
  await pressOn(page, "表から取り込む", "A");
  await tabTo(page, (here) => here.type === "file");
  // Until the page has been painted once, Chromium may let the key pass.
  const chosen = page.waitForEvent("filechooser", { timeout: 60000 });
  const asking = setInterval(() => page.keyboard.press("Space").catch(() => {}), 5000);
  await page.keyboard.press("Space");
  const chooser = await chosen.finally(() => clearInterval(asking));
  await chooser.setFiles({
    name: "services.csv", mimeType: "text/csv",
    buffer: Buffer.from("\ufeff管理番号,サービス名称/用途\nS-901,キーボードだけで入れたサービス\n"),
  });
  await pressOn(page, "次へ");
  await pressOn(page, "何が起きるか確かめる");
  await pressOn(page, "1件を取り込む");
  assert.match(await page.locator("main").innerText(), /受付番号/);

  await pressOn(page, "年度の点検", "A");
  if (!(await page.locator(".task-list a").count())) await openRound(page, sample);
  else await page.locator(".task-list a").first().focus().then(() => pressEnter(page));
  await pressOn(page, "1問ずつ答える", "A");
  const question = new URL(page.url()).pathname;
  await tabTo(page, (here) => here.type === "radio");
  await page.keyboard.press("Space");
  await pressOn(page, "この答えで確認する");
  assert.match(await page.locator("main").innerText(), /受付番号/);
  assert.notEqual(new URL(page.url()).pathname, question);
  const round = page.url().replace(/\/item\/.*/, "");
  await context.close();

  const director = await b.another();
  await keyboardSignIn(director.page, "incho");
  await director.page.goto(round);
  await pressOn(director.page, "確かめて承認する", "A");
  await tabTo(director.page, (here) => here.type === "checkbox");
  await director.page.keyboard.press("Space");
  await tabTo(director.page, (here) => here.type === "password");
  await director.page.keyboard.type(sample.password("incho"));
  await Promise.all([director.page.waitForEvent("load"), director.page.keyboard.press("Enter")]);
  assert.match(await director.page.locator("main").innerText(), /承認済み/);
  await director.context.close();
});

async function pressEnter(page) {
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
}

test("an error leads to its field", async () => {
  const { page, context } = await b.another();
  await signIn(page, sample, "unyo");
  await page.goto(sample.address + "/ledger/devices/new");
  await page.getByRole("button", { name: "確定して保存" }).click();
  await page.locator(".error-summary:focus").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.match((await focused(page)).id, /^f-/);
  await context.close();
});
