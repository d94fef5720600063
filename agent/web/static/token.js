// Where an operator enters the token.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { enter } from "./orders.js";

export function tokenForm() {
  const input = h("input", {
    type: "password",
    autocomplete: "off",
    required: true,
    placeholder: t("token"),
    "aria-label": t("token"),
    dir: "ltr",
  });
  const refused = h("p", { class: "answer", role: "status", "data-kind": "token" });
  const submit = async (event) => {
    event.preventDefault();
    const given = input.value;
    input.value = "";
    refused.replaceChildren((await enter(given)) ? "" : t("answer-token"));
  };
  return h(
    "form",
    { class: "tokenform", onsubmit: submit },
    h("p", null, icon("lock"), t("need-token")),
    h("div", { class: "row" }, input, h("button", { type: "submit" }, t("use-token"))),
    refused,
    h("p", { class: "hint" }, t("token-kept")),
  );
}
