// Commands on their way to a board: the operator's token, one POST each, what came of it.
// Knows no buttons; those are in commands.js.

import { keep, kept } from "./kept.js";

const KEPT = "borne.token";
const BY_AGENT = ["offline", "suspended", "not-allowed", "unknown-station"];
const PATIENCE_MS = 30_000; // the agent gives up on the board before this

let token = kept("sessionStorage", KEPT) ?? "";
const listeners = [];

/** #token=... hands the token over once and is taken out of the address. */
export function takeTokenFromAddress() {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (found === null) return;
  history.replaceState(null, "", location.pathname + location.search);
  useToken(found[1]);
}

export const hasToken = () => token !== "";

export function useToken(value) {
  token = value.trim();
  keep("sessionStorage", KEPT, token === "" ? null : token);
  for (const listener of listeners) listener();
}

export const onToken = (listener) => listeners.push(listener);

/** The header that shows the token, where there is one. */
export const bearer = () => (token === "" ? {} : { Authorization: `Bearer ${token}` });

/**
 * Send one command.  Returns {kind, code, field}: kind is "ok" or "no" (the board answered),
 * "timeout" (it did not), "token", "agent" (the agent refused) or "lost" (no agent).
 */
export async function send(path, body) {
  let answer;
  try {
    answer = await fetch(`/api/stations/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...bearer() },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    return { kind: "lost" };
  }
  if (answer.status === 401 || answer.status === 403) {
    useToken("");
    return { kind: "token" };
  }
  const said = await answer.json().catch(() => ({}));
  const code = said.code ?? said.detail ?? `HTTP ${answer.status}`;
  if (code === "timeout") return { kind: "timeout" };
  if (!answer.ok || BY_AGENT.includes(code)) return { kind: "agent", code, field: said.field };
  return { kind: said.ok === true ? "ok" : "no", code, field: said.field };
}
