// Questions to the agent about what was.  Knows no station.

import { bearer } from "./orders.js";

/** The answer to GET /api/{path}, or null when there is none. */
export async function ask(path) {
  try {
    const answer = await fetch(`/api/${path}`, { headers: bearer() });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** False where the agent wants a token before it shows anything. */
export async function mayLook() {
  try {
    const answer = await fetch("/api/sessions?count=1", { headers: bearer() });
    return answer.status !== 401 && answer.status !== 403;
  } catch {
    return true; // it is not there to say
  }
}
