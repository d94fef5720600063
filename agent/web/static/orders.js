// Commands on their way to a board: the operator's token, one POST each, what came of it.
// Knows no buttons; those are in commands.js.

import { keep, kept } from "./kept.js";

const KEPT = "borne.token";
const ROLE = "borne.role";
const BY_AGENT = ["offline", "suspended", "not-allowed", "unknown-station"];
const PATIENCE_MS = 30_000; // the agent gives up on the board before this

let token = kept("sessionStorage", KEPT) ?? "";
let role = kept("sessionStorage", ROLE) ?? "operator";
const listeners = [];

/** #token=... hands the token over once and is taken out of the address. */
export async function takeTokenFromAddress() {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (found === null) return;
  history.replaceState(null, "", location.pathname + location.search);
  await enter(found[1]);
}

export const hasToken = () => token !== "";
export const mayCommand = () => token !== "" && role !== "viewer";

/** Show a token to the agent, which says whose it is and lets this browser look.  False: it is
 * not accepted. */
export async function enter(value) {
  const given = value.trim();
  const answer = await atDoor("POST", { Authorization: `Bearer ${given}` });
  if (answer?.status === 401 || answer?.status === 403) return false;
  const said = answer?.ok ? await answer.json().catch(() => ({})) : {};
  role = said.role ?? "operator"; // without an answer the first command will tell
  keep("sessionStorage", ROLE, role);
  useToken(given);
  return true;
}

/** Let go of the token, and of the right to look that came with it. */
export function leave() {
  atDoor("DELETE", {});
  useToken("");
}

const atDoor = (method, headers) =>
  fetch("/api/session", { method, headers, signal: AbortSignal.timeout(PATIENCE_MS) }).catch(
    () => null,
  );

function useToken(value) {
  token = value;
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
