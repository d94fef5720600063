// The tools at the top: live or lost, the token, light or dark, the language.

import { fill, h, mark } from "./dom.js";
import { icon } from "./icons.js";
import { keep, kept } from "./kept.js";
import { language, LANGUAGES, nameOf, t } from "./language.js";
import { hasToken, leave, mayCommand } from "./orders.js";
import { tokenForm } from "./token.js";

const SCHEMES = ["auto", "light", "dark"];
const KEPT = "borne.scheme";
const LETTERS = { en: "EN", fr: "FR", ar: "ع" };

const find = (id) => document.getElementById(id);

export class Header {
  /** choose(language) when a person picks one. */
  constructor(choose) {
    this._choose = choose;
    this._scheme = SCHEMES.find((name) => name === kept("localStorage", KEPT)) ?? "auto";
    this._applyScheme();
    const masthead = find("masthead");
    new ResizeObserver(() => {
      document.documentElement.style.setProperty("--head", `${masthead.offsetHeight}px`);
    }).observe(masthead);
  }

  /** Everything anew, in the language of now; the focus stays on the tool that had it. */
  build() {
    const held = document.activeElement?.id;
    this._live = h("p", { id: "live", class: "live" });
    const tools = find("tools");
    const hadFocus = tools.contains(document.activeElement);
    tools.replaceChildren(this._live, tokenTool(), this._schemeTool(), this._languageTool());
    if (hadFocus && held) find(held)?.focus();
    find("askToken").close();
  }

  /** connecting, live or lost. */
  show(state) {
    fill(this._live, state, () => [
      h("span", { class: "pulse" }),
      h("span", { class: "livewords" }, t(state)),
    ]);
  }

  _schemeTool() {
    const label = `${t("scheme")}: ${t(`scheme-${this._scheme}`)}`;
    const next = () => {
      this._scheme = SCHEMES[(SCHEMES.indexOf(this._scheme) + 1) % SCHEMES.length];
      keep("localStorage", KEPT, this._scheme);
      this._applyScheme();
      this.build();
      this.show(document.documentElement.dataset.feed);
    };
    return h(
      "button",
      {
        type: "button",
        id: "scheme",
        class: "quiet iconly",
        title: label,
        "aria-label": label,
        onclick: next,
      },
      icon("scheme"),
    );
  }

  _applyScheme() {
    mark(document.documentElement, "data-scheme", this._scheme === "auto" ? null : this._scheme);
  }

  _languageTool() {
    return h(
      "div",
      { class: "languages", role: "group", "aria-label": t("language") },
      LANGUAGES.map((name) =>
        h(
          "button",
          {
            type: "button",
            id: `speak-${name}`,
            lang: name,
            "aria-pressed": `${name === language}`,
            "aria-label": nameOf(name),
            title: nameOf(name),
            onclick: () => this._choose(name),
          },
          LETTERS[name],
        ),
      ),
    );
  }
}

function tokenTool() {
  const has = hasToken();
  return h(
    "button",
    {
      type: "button",
      id: "token",
      class: "quiet token",
      "data-on": has,
      title: t(has ? "forget-token" : "need-token"),
      onclick: () => (has ? leave() : askToken()),
    },
    icon(has ? "key" : "lock"),
    h("span", null, t(mayCommand() ? "commands-on" : "watching-only")),
  );
}

export function askToken() {
  const dialog = find("askToken");
  const shut = h(
    "button",
    {
      type: "button",
      class: "iconly",
      "aria-label": t("close"),
      onclick: () => dialog.close(),
    },
    icon("close"),
  );
  dialog.replaceChildren(h("header", null, h("h2", null, t("actions")), shut), tokenForm());
  dialog.showModal();
  dialog.querySelector("input").focus();
}
