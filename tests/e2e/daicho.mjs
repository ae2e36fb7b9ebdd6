// A running daicho and a browser for one test file: starts both, ends both.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const program = process.env.DAICHO_PROGRAM;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Runs a command of the program and returns its standard output. */
export function daicho(args, options = {}) {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["pipe", "pipe", "pipe"], ...options });
}

export function temporaryFolder() {
  return mkdtempSync(join(tmpdir(), "daicho-e2e-"));
}

/** Makes a data folder, serves it on a free port; returns address, logins and a stop function. */
export async function serve(initArguments) {
  const folder = temporaryFolder();
  const data = join(folder, "data");
  const said = daicho(["init", data, ...initArguments]);
  const child = spawn(program, ["serve", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  child.stderr.on("data", (chunk) => (log += chunk));
  const address = await new Promise((resolve, reject) => {
    let out = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
      const found = out.match(/https:\/\/localhost:\d+/);
      if (found) resolve(found[0]);
    });
    child.on("exit", (code) => reject(new Error(`serve ended with ${code}: ${log}`)));
  });
  return {
    data,
    folder,
    address,
    said,
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
  const context = await engine.newContext({
    ignoreHTTPSErrors: true, javaScriptEnabled: javaScript, viewport, locale: "ja-JP",
    acceptDownloads: true, reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  return { page, context, close: () => engine.close() };
}

export async function signIn(page, server, login, password = server.password(login)) {
  await page.goto(server.address + "/signin");
  await page.getByLabel("利用者ID").fill(login);
  await page.getByLabel("パスワード", { exact: true }).fill(password);
  await page.getByRole("button", { name: "ログイン" }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/signin"));
}

/** WCAG 2.2 A and AA faults that axe finds on the page, as readable lines. */
export async function accessibilityFaults(page) {
  // Chromium's own channel for test code: the page's CSP stays as it is.
  await page.evaluate(axeSource);
  const result = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return result.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).join("; ")})`);
}
