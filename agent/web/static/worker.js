// The page's own files, kept by the browser: the page opens without the agent and says so.  What is
// new is always taken first.  Of the API only the meaning of the codes is kept here.

const KEPT = "borne-page";
const PATIENCE_MS = 5_000;

const isOurs = ({ origin, pathname }) =>
  origin === location.origin &&
  (pathname === "/" || pathname.startsWith("/static/") || pathname.startsWith("/api/words/"));

async function newest(request, name) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) await cache.put(name, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(name);
    if (kept === undefined) throw error;
    return kept;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || !isOurs(url)) return;
  event.respondWith(newest(event.request, url.origin + url.pathname));
});
