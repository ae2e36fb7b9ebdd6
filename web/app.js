/*
 * daicho: everything here is a convenience; every page works without it.
 *
 * What a page may ask for:
 *   <form method=post>                     asks before leaving with unsaved changes
 *                                          (not with data-no-guard)
 *   <input type=search> or data-search     gets the focus with "/"
 *   <table data-list>, <ul data-list>      j and k move from row to row
 *   <span data-select-all="id">            becomes a checkbox for all boxes of that name
 *   <span data-select-count="id">          shows how many of them are ticked
 *   <span data-keys-setting>               becomes the switch for single-key shortcuts
 *   <body data-idle="seconds">             clears the screen when nobody has used it for so long
 *   <p data-webauthn="create|get">         its form asks for a security key before it is sent
 */
"use strict";

(() => {
  const KEY = "daicho-keys";

  const stored = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  const keysOn = () => stored() !== "off";

  const make = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };

  /* An explained word can be sent away without moving */

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const word of document.querySelectorAll(".term:hover, .term:focus-within")) {
      word.classList.add("quiet");
      const back = () => word.classList.remove("quiet");
      word.addEventListener("mouseleave", back, { once: true });
      word.addEventListener("focusout", back, { once: true });
    }
  });

  /* Unsaved changes, and a second click on the same button */

  const guarded = (form) =>
    form instanceof HTMLFormElement && form.method === "post" && !("noGuard" in form.dataset);

  const changed = new Set();

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (guarded(form)) changed.add(form);
  });

  document.addEventListener("reset", (event) => changed.delete(event.target));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    changed.delete(form);
    form.dataset.sent = "1";
    /* The answer may be a download, after which the page stays. */
    setTimeout(() => delete form.dataset.sent, 4000);
  });

  window.addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  window.addEventListener("beforeunload", (event) => {
    for (const form of changed) {
      if (!form.isConnected) continue;
      event.preventDefault();
      return;
    }
  });

  /* Keys */

  const typing = (node) =>
    node instanceof HTMLElement &&
    (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));

  const rows = () =>
    [...document.querySelectorAll("table[data-list] > tbody > tr, ul[data-list] > li, ol[data-list] > li")]
      .map((row) => ({ row, link: row.querySelector("a[href]") }))
      .filter((item) => item.link);

  const moveBy = (step) => {
    const list = rows();
    if (!list.length) {
      document.querySelector(`.question-nav a[rel=${step > 0 ? "next" : "prev"}]`)?.click();
      return;
    }
    const here = list.findIndex((item) => item.row.contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : list.length - 1) : here + step;
    const target = list[Math.min(Math.max(next, 0), list.length - 1)];
    for (const item of list) item.row.classList.toggle("current", item === target);
    target.link.focus();
    target.row.scrollIntoView({ block: "nearest" });
  };

  const focusSearch = () => {
    const field = document.querySelector("[data-search], input[type=search]");
    if (!field) return false;
    field.focus();
    field.select?.();
    return true;
  };

  const keyHelp = [
    ["/", "検索の欄へ移る"],
    ["j", "一覧の次の行へ（1問ずつの画面では次の項目へ）"],
    ["k", "一覧の前の行へ（1問ずつの画面では前の項目へ）"],
    ["Ctrl + Enter", "入力中のフォームを送る"],
    ["?", "この説明を開く"],
  ];

  const keySwitch = () => {
    const box = make("input", { type: "checkbox" });
    box.checked = keysOn();
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(KEY, box.checked ? "on" : "off");
      } catch {
        box.checked = true;
      }
    });
    return make("label", { class: "check" }, box, "1文字のキー操作（/ j k ?）を使う");
  };

  const showHelp = () => {
    document.querySelector("dialog[data-help]")?.remove();
    const list = make("dl", { class: "description-list" });
    for (const [key, text] of keyHelp) list.append(make("dt", {}, key), make("dd", {}, text));
    const close = make("button", { class: "button button-secondary", type: "submit" }, "閉じる");
    const dialog = make(
      "dialog",
      { "data-help": "", "aria-label": "キー操作" },
      make("h2", {}, "キー操作"),
      list,
      keySwitch(),
      make("form", { method: "dialog" }, close),
    );
    document.body.append(dialog);
    dialog.showModal();
  };

  const single = {
    "/": focusSearch,
    j: () => moveBy(1),
    k: () => moveBy(-1),
    "?": showHelp,
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const node = event.target;
    if (event.key === "Enter" && event.ctrlKey && !event.altKey && !event.shiftKey) {
      const form = node.form ?? node.closest?.("form");
      if (!form || form.method !== "post") return;
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || typing(node) || !keysOn()) return;
    if (document.querySelector("dialog[open]")) return;
    const act = single[event.key];
    if (act && act() !== false) event.preventDefault();
  });

  /* Ticking all boxes of a list */

  const boxesOf = (name) =>
    [...document.getElementsByName(name)].filter((node) => node.type === "checkbox");

  const updateCount = (name) => {
    const boxes = boxesOf(name);
    const ticked = boxes.filter((box) => box.checked).length;
    for (const node of document.querySelectorAll("[data-select-count]")) {
      if (node.dataset.selectCount === name) node.textContent = `${ticked}件を選択中`;
    }
    for (const node of document.querySelectorAll("[data-select-all] input")) {
      if (node.closest("[data-select-all]").dataset.selectAll !== name) continue;
      node.checked = ticked > 0 && ticked === boxes.length;
      node.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  };

  const addSelectAll = (span) => {
    const name = span.dataset.selectAll;
    const box = make("input", { type: "checkbox", "aria-label": "この画面のすべてを選ぶ" });
    box.addEventListener("change", () => {
      for (const other of boxesOf(name)) other.checked = box.checked;
      updateCount(name);
    });
    span.replaceChildren(box);
    document.addEventListener("change", (event) => {
      if (event.target.name === name) updateCount(name);
    });
    updateCount(name);
  };

  /* Security keys */

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const askKey = (data) => {
    const challenge = toBytes(data.challenge);
    const known = data.known.split(" ").filter(Boolean)
      .map((id) => ({ type: "public-key", id: toBytes(id) }));
    if (data.webauthn === "get") {
      return navigator.credentials.get({ publicKey: {
        challenge, rpId: data.host, allowCredentials: known, userVerification: "preferred",
      } });
    }
    return navigator.credentials.create({ publicKey: {
      challenge,
      rp: { id: data.host, name: "daicho" },
      user: { id: new TextEncoder().encode(data.user), name: data.login, displayName: data.name },
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: known,
      authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
      attestation: "none",
    } });
  };

  const addKey = (place) => {
    const form = place.closest("form");
    const fields = form.elements;
    place.textContent = "";
    form.addEventListener("submit", async (event) => {
      if (fields.data.value) return;
      event.preventDefault();
      place.textContent = "鍵の応答を待っています。";
      try {
        const key = await askKey(place.dataset);
        const answer = key.response;
        fields.credential.value = key.id;
        fields.client_data.value = toText(answer.clientDataJSON);
        fields.data.value = toText(answer.authenticatorData ?? answer.getAuthenticatorData());
        if (answer.signature) fields.signature.value = toText(answer.signature);
        form.requestSubmit();
      } catch {
        place.textContent = "鍵を確かめられませんでした。もう一度押すか、別の方法を選んでください。";
      }
    });
  };

  /* A screen that nobody uses clears itself */

  const ACTIVE = "daicho-active";
  const idle = Number(document.body?.dataset.idle) * 1000;
  const lockForm = document.querySelector('form[action="/lock"]');
  let lastUse = Date.now();
  let lastTold = lastUse;
  let covered = false;

  const unsaved = () => [...changed].some((form) => form.isConnected);

  const send = (path, fields) =>
    fetch(path, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ csrf: lockForm.elements.csrf.value, ...fields }),
    });

  /* Another tab of the same browser counts as well. */
  const newestUse = () => {
    try {
      return Math.max(lastUse, Number(localStorage.getItem(ACTIVE)));
    } catch {
      return lastUse;
    }
  };

  const used = () => {
    const now = Date.now();
    if (covered || now - lastUse < 1000) return;
    lastUse = now;
    try {
      localStorage.setItem(ACTIVE, String(now));
    } catch {
      /* each tab counts for itself */
    }
  };

  /* With unsaved input the page is put aside instead of left, and comes back as it was. */
  const cover = () => {
    const kept = [...document.body.childNodes];
    const title = document.title;
    const focused = document.activeElement;
    const password = make("input", {
      id: "unlock", type: "password", autocomplete: "current-password", required: "",
    });
    const message = make("p", { class: "notice notice-error", role: "alert", hidden: "" });
    const form = make(
      "form", { "data-no-guard": "" },
      make("div", { class: "field" }, make("label", { for: "unlock" }, "パスワード"), password),
      make("button", { class: "button button-primary", type: "submit" }, "ロックを解除する"),
    );
    covered = true;
    send("/lock", {}).catch(() => {});
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      let text = "通信できません。少し待ってから、もう一度押してください。";
      try {
        const answer = await send("/lock/open", { password: password.value });
        if (answer.ok && !answer.redirected) {
          document.body.replaceChildren(...kept);
          document.title = title;
          focused?.focus?.();
          covered = false;
          used();
          return;
        }
        text = answer.redirected
          ? "時間がたったため、ログインし直す必要があります。別のタブでログインしても、" +
            "この画面の入力は戻せません。"
          : (await answer.json()).error.text;
      } catch {
        /* said above */
      }
      password.value = "";
      message.textContent = text;
      message.hidden = false;
      password.focus();
    });
    document.title = "画面をロックしています";
    document.body.replaceChildren(make(
      "main", { class: "page", id: "main" },
      make("h1", {}, "画面をロックしています"),
      make("p", { class: "lead" },
        "パスワードを入れると、入力の途中の画面に戻ります。入力した内容は残っています。"),
      message, form,
    ));
    password.focus();
  };

  const lock = () => {
    if (unsaved()) cover();
    else lockForm.requestSubmit();
  };

  const watch = () => {
    if (covered) return;
    const use = newestUse();
    if (Date.now() - use >= idle) {
      lock();
    } else if (use - lastTold >= idle / 4) {
      /* Typing is use, too, but the server cannot see it. */
      lastTold = use;
      send("/session/alive", {}).then((answer) => answer.status === 423 && lock(), () => {});
    }
  };

  if (idle > 0 && lockForm) {
    for (const name of ["keydown", "pointerdown", "pointermove", "wheel", "input"]) {
      addEventListener(name, used, { passive: true, capture: true });
    }
    lockForm.addEventListener("submit", (event) => {
      if (!unsaved()) return;
      event.preventDefault();
      cover();
    });
    setInterval(watch, Math.min(idle / 10, 5000));
  }

  const start = () => {
    document.querySelectorAll("[data-webauthn]").forEach(addKey);
    document.querySelectorAll("[data-select-all]").forEach(addSelectAll);
    for (const span of document.querySelectorAll("[data-select-count]")) {
      span.setAttribute("role", "status");
      updateCount(span.dataset.selectCount);
    }
    for (const span of document.querySelectorAll("[data-keys-setting]")) {
      span.replaceChildren(keySwitch());
    }
    document.querySelector(".error-summary")?.focus();
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
