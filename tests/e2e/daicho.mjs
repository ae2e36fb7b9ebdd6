// A running daicho and a browser for one test file: starts both, ends both.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const program = process.env.DAICHO_PROGRAM;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const SAMPLES = join(dirname(fileURLToPath(import.meta.url)), "../../content/sample");
export const PASSWORD = "e2e-Kawaranai-2026";

/** Runs a command of the program and returns its standard output. */
export function daicho(args, options = {}) {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["pipe", "pipe", "pipe"], ...options });
}

export function temporaryFolder() {
  return mkdtempSync(join(tmpdir(), "daicho-e2e-"));
}

/**
 * Makes a data folder, serves it on a free port; returns address, logins and a stop
 * function. `prepare(data)` may fill the folder before the server opens it.
 */
export async function serve(initArguments, prepare = () => {}) {
  const folder = temporaryFolder();
  const data = join(folder, "data");
  const said = daicho(["init", data, ...initArguments]);
  prepare(data);
  const child = spawn(program, ["serve", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk) => (log += chunk));
  const address = await new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
      const found = out.match(/https:\/\/localhost:\d+/);
      // By number: where no name resolves, the tests run as well.
      if (found) resolve(found[0].replace("localhost", "127.0.0.1"));
    });
    child.on("exit", (code) => reject(new Error(`serve ended with ${code}: ${log}`)));
  });
  return {
    data,
    folder,
    address,
    said,
    firstPassword: /最初のパスワード: (\S+)/.exec(said)?.[1],
    password: (login) => new RegExp(`^${login}\\s+(\\S+)`, "m").exec(said)?.[1],
    log: () => log,
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners("exit");
        child.on("exit", (code) => {
          rmSync(folder, { recursive: true, force: true });
          resolve(code);
        });
        child.kill("SIGTERM");
      }),
  };
}

/** A browser context with or without JavaScript. Close it with close(). */
export async function browser({ javaScript = true, viewport = { width: 1280, height: 900 } } = {}) {
  const engine = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const open = async () => {
    const context = await engine.newContext({
      ignoreHTTPSErrors: true, javaScriptEnabled: javaScript, viewport, locale: "ja-JP",
      acceptDownloads: true, reducedMotion: "reduce",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    return { page, context };
  };
  const { page, context } = await open();
  return { page, context, another: open, close: () => engine.close() };
}

export async function signIn(page, server, login, password = server.password(login)) {
  await page.goto(server.address + "/signin");
  await page.getByLabel("利用者ID").fill(login);
  await page.getByLabel("パスワード", { exact: true }).fill(password);
  await page.getByRole("button", { name: "ログイン" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/signin"));
}

/** Changes the password as the page after a first sign-in asks. */
export async function changePassword(page, old, fresh = PASSWORD) {
  await page.getByLabel("今のパスワード").fill(old);
  await page.getByLabel("新しいパスワード", { exact: true }).fill(fresh);
  await page.getByLabel("新しいパスワード（もう一度）").fill(fresh);
  await page.getByRole("button", { name: "変更する" }).click();
  await page.waitForURL((url) => url.pathname !== "/password");
}

export const heading = (page) => page.getByRole("heading", { level: 1 }).innerText();

/** Clicks and takes what is downloaded; returns name and path. */
export async function download(page, locator) {
  const refused = page.getByRole("alert").waitFor().then(async () => {
    throw new Error("no download: " + (await page.locator("main").innerText()));
  });
  refused.catch(() => {});
  const [file] = await Promise.all([Promise.race([page.waitForEvent("download"), refused]), locator.click()]);
  return { name: file.suggestedFilename(), path: await file.path() };
}

/** Chooses a file for a ledger and goes on to the page that says what would happen. */
export async function importPlan(page, server, ledger, file) {
  await page.goto(`${server.address}/ledger/${ledger}/import`);
  await page.getByLabel("ファイル", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "次へ" }).click();
  await page.getByRole("button", { name: "何が起きるか確かめる" }).click();
  assert.equal(await heading(page), "取り込む前の確かめ");
}

export async function importAll(page, server, ledger, file) {
  await importPlan(page, server, ledger, file);
  await page.getByRole("button", { name: /件を取り込む$/ }).click();
  assert.equal(await heading(page), "取り込みの結果");
}

/** Ticks a catalogue on the page of all rounds, unfolding older editions. */
export async function chooseCatalogue(page, catalogue) {
  const box = page.locator(`input[name=catalogue][value="${catalogue}"]`);
  const folded = page.locator("details:not([open])", { has: box }).locator("> summary");
  while (await folded.count()) await folded.first().click();
  await box.check();
}

/** Opens a round of the hospital's R6 checklist; returns its address. */
export async function openRound(page, server, year) {
  await page.goto(server.address + "/rounds");
  await chooseCatalogue(page, "mhlw-checklist-r6-hospital");
  if (year) await page.getByLabel("年度（西暦）").fill(String(year));
  await page.getByRole("button", { name: "点検を始める" }).click();
  await page.waitForURL(/\/round\/[^/]+$|\/round\/[^/]+\?/);
  return page.url().replace(/\?.*/, "");
}

/** What a form of the page would send, as [name, value] pairs; files left out. */
export function formFields(page, selector = "main form[method=post]") {
  return page.locator(selector).first().evaluate((form) =>
    [...new FormData(form)].filter(([, value]) => typeof value === "string"));
}

/** Posts a form by hand, as an attacker or an impatient clicker would. */
export function post(context, server, path, fields, headers = {}) {
  const form = new URLSearchParams(fields);
  return context.request.post(server.address + path, {
    data: form.toString(),
    headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: server.address, ...headers },
    maxRedirects: 0,
  });
}

/** WCAG 2.2 A and AA faults that axe finds on the page, as readable lines. */
export async function accessibilityFaults(page) {
  // Chromium's own channel for test code: the page's CSP stays as it is.
  await page.evaluate(axeSource);
  const result = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return result.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).join("; ")})`);
}
