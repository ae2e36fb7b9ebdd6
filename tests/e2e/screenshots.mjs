// Makes the pictures of the README from the sample hospital.
// usage: DAICHO_PROGRAM=build/daicho node tests/e2e/screenshots.mjs [FOLDER [WIDTH]]
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SAMPLES, browser, importPlan, openRound, serve, signIn } from "./daicho.mjs";

const folder = process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "../../docs/img");
const width = Number(process.argv[3] ?? 1280);
const server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"]);
const b = await browser({ viewport: { width, height: 900 } });
const { page } = b;

mkdirSync(folder, { recursive: true });
const picture = (name) => page.screenshot({ path: join(folder, `${name}.png`) });

try {
  await signIn(page, server, "kanri");
  await openRound(page, server);
  const question = await page.locator("tbody th a").nth(2).getAttribute("href");
  await page.goto(server.address + "/");
  await picture("home");
  await page.goto(server.address + question);
  await picture("question");
  await importPlan(page, server, "devices", join(SAMPLES, "devices-excel.csv"));
  await picture("import");
} finally {
  await b.close();
  await server.stop();
}
