// The buttons of one connector.  Built once when its details open, so that a half-made choice is
// not lost when news come in; update() only says what may be pressed.

import { fill, h, mark } from "./dom.js";
import { icon } from "./icons.js";
import { amps, say, t, tell, time, word } from "./language.js";
import { mayCommand, send } from "./orders.js";
import { tokenForm } from "./token.js";

const LEAST_A = 6; // below, no current can be offered
const DURATIONS_S = [900, 3_600, 7_200, 14_400, 28_800, 86_400];
const LIFT = { limit_ma: 80_000, valid_s: 1 }; // above every rating, and soon over

export class Commands {
  constructor(station, number, ratingMa) {
    this._path = `${encodeURIComponent(station)}/${number}`;
    this._station = encodeURIComponent(station);
    this._most = Math.floor(ratingMa / 1000);
    this._pending = false;
    this.answer = h("p", { class: "answer", role: "status", tabindex: "-1" });
    this._gate = tokenForm();
    this._forms = h("div", { class: "forms" }, this._limitForm(), this._chargeForm());
    this.node = h("div", { class: "commands" }, this._gate, this._forms, this.answer);
  }

  /** live: the page hears the agent. */
  update(seen, one, live) {
    const reach = seen.freshness !== "offline";
    mark(this._gate, "hidden", mayCommand());
    mark(this._forms, "hidden", !mayCommand());
    this._enabled = live && reach;
    for (const button of this._forms.querySelectorAll("button")) button.disabled = !this._enabled;
    mark(this._lift, "hidden", !one.limits.some((limit) => limit.owner === "operator"));
    const charging = one.state !== null && one.state.session !== "";
    mark(this._stop, "hidden", !charging || this._asking);
    if (!reach && !this._pending && this.answer.textContent === "")
      this._say("no", t("no-command-offline"));
  }

  /** A button for a fault's box. */
  clearButton(code) {
    if (!mayCommand()) return null;
    const button = h(
      "button",
      {
        type: "button",
        class: "small",
        onclick: () => this._send(`${this._path}/clear-fault`, { code }, button),
      },
      t("clear-fault"),
    );
    button.disabled = !this._enabled;
    return button;
  }

  identify(event) {
    return this._send(`${this._station}/identify`, { duration_s: 30 }, event.currentTarget);
  }

  _limitForm() {
    const slider = h("input", {
      type: "range",
      min: LEAST_A - 1,
      max: this._most,
      step: 1,
      "aria-label": t("amps"),
    });
    const box = h("input", {
      type: "number",
      min: 0,
      max: this._most,
      step: 1,
      inputmode: "numeric",
      "aria-label": t("amps"),
    });
    const length = h(
      "select",
      { "aria-label": t("for-time") },
      DURATIONS_S.map((s) => h("option", { value: s, selected: s === 3_600 }, time(s * 1000))),
    );
    const go = h("button", { type: "submit", class: "main" });
    const hint = h("p", { class: "hint" }, t("pause-hint"));
    let chosen = Math.min(this._most, 10);
    const show = () => {
      const pause = chosen < LEAST_A;
      slider.value = `${pause ? LEAST_A - 1 : chosen}`;
      slider.setAttribute(
        "aria-valuetext",
        pause ? tell("send-pause", { time: time(length.value * 1000) }) : amps(chosen * 1000),
      );
      const share = ((slider.value - LEAST_A + 1) / (this._most - LEAST_A + 1)) * 100;
      slider.style.setProperty("--share", `${share}%`);
      if (document.activeElement !== box) box.value = pause ? "0" : `${chosen}`;
      mark(hint, "data-on", pause);
      const values = { amps: amps(chosen * 1000), time: time(length.value * 1000) };
      fill(go, `${pause} ${values.amps} ${values.time}`, () =>
        h("span", null, say(pause ? "send-pause" : "send-limit", values)),
      );
    };
    const choose = (value) => {
      chosen = Math.max(0, Math.min(this._most, Math.round(Number(value)) || 0));
      show();
    };
    slider.addEventListener("input", () => choose(slider.value));
    box.addEventListener("input", () => choose(box.value));
    box.addEventListener("blur", show);
    length.addEventListener("change", show);
    show();
    this._lift = h(
      "button",
      {
        type: "button",
        hidden: true,
        onclick: () => this._send(`${this._path}/limit`, LIFT, this._lift),
      },
      t("lift-limit"),
    );
    const submit = (event) => {
      event.preventDefault();
      const limit_ma = chosen < LEAST_A ? 0 : chosen * 1000;
      this._send(`${this._path}/limit`, { limit_ma, valid_s: Number(length.value) }, go);
    };
    return h(
      "form",
      { class: "limitform", onsubmit: submit },
      h(
        "div",
        { class: "row" },
        h("span", { class: "label" }, t("limit-to")),
        slider,
        h("span", { class: "withunit" }, box, h("bdi", null, "A")),
      ),
      h("div", { class: "row" }, h("label", { class: "label" }, t("for-time"), " ", length), go),
      hint,
      this._lift,
    );
  }

  _chargeForm() {
    const user = h("input", {
      type: "text",
      maxlength: 36,
      pattern: "[a-z0-9\\-]*",
      placeholder: t("user-optional"),
      "aria-label": t("user-optional"),
      autocomplete: "off",
      dir: "ltr",
    });
    const start = h("button", { type: "submit" }, icon("start"), t("start-charge"));
    this._stop = h(
      "button",
      { type: "button", class: "danger", hidden: true, onclick: () => ask(true) },
      icon("stop"),
      t("stop-charge"),
    );
    const sure = h(
      "div",
      { class: "sure", role: "group", hidden: true, "aria-label": t("stop-charge") },
      h("p", null, t("stop-sure")),
      h(
        "button",
        {
          type: "button",
          class: "danger solid",
          onclick: (event) => {
            ask(false);
            this.answer.focus();
            this._send(`${this._path}/stop`, {}, event.currentTarget);
          },
        },
        icon("stop"),
        t("stop-now"),
      ),
      h("button", { type: "button", onclick: () => ask(false) }, t("cancel")),
    );
    const ask = (asking) => {
      this._asking = asking;
      mark(sure, "hidden", !asking);
      mark(this._stop, "hidden", asking);
      (asking ? sure.querySelector("button") : this._stop).focus();
    };
    const submit = (event) => {
      event.preventDefault();
      this._send(`${this._path}/start`, { user: user.value }, start);
    };
    const blink = h(
      "button",
      { type: "button", onclick: (event) => this.identify(event) },
      icon("blink"),
      t("identify"),
    );
    return h(
      "form",
      { class: "chargeform", onsubmit: submit },
      user,
      start,
      this._stop,
      blink,
      sure,
    );
  }

  async _send(path, body, button) {
    if (this._pending) return;
    this._pending = true;
    button.setAttribute("aria-busy", "true");
    this._say("pending", t("pending"));
    const answer = await send(path, body);
    button.removeAttribute("aria-busy");
    this._pending = false;
    this._say(answer.kind, ...answerWords(answer));
  }

  _say(kind, ...words) {
    mark(this.answer, "data-kind", kind);
    this.answer.replaceChildren(...words.flat());
  }
}

function answerWords({ kind, code, field }) {
  const known = { ok: "answer-ok", no: "answer-no", agent: "answer-agent" };
  if (!(kind in known)) return [t(`answer-${kind}`)];
  const meaning = word("answers", code);
  const own = t(`by-${code}`); // the agent has a few answers beside the board's
  const said = say(known[kind], {
    answer: meaning !== code || own.startsWith("by-") ? meaning : own,
  });
  return field ? [...said, " ", ...say("answer-field", { field: h("code", null, field) })] : said;
}
