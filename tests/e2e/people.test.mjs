// From a department's request to its confirmation, and a staff list taken in, in the browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibilityFaults, browser, changePassword, daicho, formFields, heading, post, serve, signIn } from "./daicho.mjs";

const NURSE = "kumo-no-Ue-wa-hare-26";
let server, b, planner, nurse;

async function faultless(page) {
  assert.deepEqual(await accessibilityFaults(page), [], page.url());
}

/** Presses and waits for the answer. */
async function press(page, name, scope = page) {
  await Promise.all([page.waitForNavigation(), scope.getByRole("button", { name }).click()]);
}

before(async () => {
  server = await serve(["--sample", "--org", "見本病院", "--kind", "hospital"], (data) => {
    const add = (login, name) =>
      daicho(["user", "add", data, login, "--name", name, "--role", "staff", "--department", "3階東病棟", "--password-stdin"],
        { input: NURSE + "\n" });
    add("shicho", "見本 師長子");
  });
  b = await browser();
  planner = b.page;
  nurse = (await b.another()).page;
  await signIn(planner, server, "kanri");
  await signIn(nurse, server, "shicho", NURSE);
});

after(async () => {
  await b.close();
  assert.equal(await server.stop(), 0, server.log());
});

const LIST = (rows) => ({
  name: "人事.csv", mimeType: "text/csv",
  buffer: Buffer.from("職員番号,氏名,職種,所属,退職日\r\n" + rows.join("\r\n") + "\r\n"),
});

test("a staff list is compared, written and proposes acts", async () => {
  await planner.goto(server.address + "/people");
  await faultless(planner);
  const upload = async (rows) => {
    await planner.goto(server.address + "/people");
    await planner.getByLabel("名簿のファイル").setInputFiles(LIST(rows));
    await press(planner, "照合する");
    assert.equal(await heading(planner), "名簿との照合の結果");
  };
  await upload(["1,見本 花子,事務,事務部,", "2,見本 次郎,事務,事務部,", "3,新人 五月,看護師,3階東病棟,", "4,見本 師長子,看護師,3階東病棟,"]);
  await faultless(planner);
  await press(planner, "職員台帳に書き、処置を提案する");
  assert.match(await planner.locator("main").innerText(), /取り込みの結果/);
  await planner.goto(server.address + "/people");
  await faultless(planner);
  const row = planner.locator("tr", { hasText: "見本 次郎" });
  await row.getByText("決める").click();
  await press(planner, "実施する", row);
  await upload(["1,見本 花子,事務,事務部,", "2,見本 次郎,事務,事務部,2026-01-31", "3,新人 五月,看護師,3階東病棟,", "4,見本 師長子,看護師,3階東病棟,"]);
  await press(planner, "職員台帳に書き、処置を提案する");
  await planner.goto(server.address + "/");
  await planner.getByRole("link", { name: "退職・異動した人の利用者IDを決める" }).click();
  const leaver = planner.locator("tr", { hasText: "unyo" });
  await leaver.getByText("決める").click();
  await press(planner, "実施する", leaver);
  const fresh = (await b.another()).page;
  await fresh.goto(server.address + "/signin");
  await fresh.getByLabel("利用者ID").fill("unyo");
  await fresh.getByLabel("パスワード", { exact: true }).fill(server.password("unyo"));
  await fresh.getByRole("button", { name: "ログイン" }).click();
  await fresh.locator(".notice-error").waitFor();
});

test("a department asks, somebody else grants, the department confirms", async () => {
  await nurse.goto(server.address + "/requests/new");
  await faultless(nurse);
  const people = await nurse.getByLabel("誰のIDですか").locator("option").allInnerTexts();
  assert.ok(people.some((p) => p.includes("新人 五月")) && !people.some((p) => p.includes("事務部")), people.join());
  await press(nurse, "申請する");
  assert.match(await nurse.locator("main").innerText(), /職員台帳から選んでください/);
  await faultless(nurse);
  await nurse.getByLabel("誰のIDですか").selectOption({ label: people.find((p) => p.includes("新人 五月")) });
  await nurse.getByLabel("理由").fill("4月から3階東病棟で記録を書くため");
  await press(nurse, "申請する");
  const request = new URL(nurse.url()).pathname;
  await faultless(nurse);
  assert.equal(await nurse.getByRole("button", { name: "認めて渡した" }).count(), 0);
  const forged = await post(nurse.context(), server, request + "/grant",
    [...(await formFields(nurse, "form[method=post]")), ["login", "gotsuki"]]);
  assert.equal(forged.status(), 403);

  await planner.goto(server.address + "/");
  await planner.getByRole("link", { name: "利用者IDの申請を決める" }).click();
  await faultless(planner);
  await planner.getByRole("link", { name: "新しく作る: 新人 五月" }).click();
  await planner.getByLabel("利用者ID", { exact: true }).fill("gotsuki");
  await press(planner, "認めて渡した");
  assert.equal(await heading(planner), "最初のパスワード");
  await faultless(planner);
  const password = await planner.locator("main code").innerText();
  await planner.goto(server.address + request);
  assert.ok(!(await planner.content()).includes(password), "shown once only");

  const fresh = (await b.another()).page;
  await signIn(fresh, server, "gotsuki", password);
  await changePassword(fresh, password, "Yuugata-no-Hashi-2026");

  await nurse.goto(server.address + "/");
  await nurse.getByRole("link", { name: "渡された利用者IDを確かめる" }).click();
  await nurse.getByRole("link", { name: "新しく作る: 新人 五月" }).click();
  await press(nurse, "受け取った。申請どおり");
  assert.match(await nurse.locator("main").innerText(), /確認済み/);
  await faultless(nurse);
});

test("the pages hold on a narrow screen and name every field", async () => {
  for (const path of ["/people", "/people/directory", "/requests", "/requests/new"]) {
    await planner.setViewportSize({ width: 320, height: 640 });
    await planner.goto(server.address + path);
    assert.ok(await planner.evaluate(() => document.scrollingElement.scrollWidth <= document.documentElement.clientWidth), path);
    await planner.setViewportSize({ width: 1280, height: 900 });
    await faultless(planner);
  }
});
