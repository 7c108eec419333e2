// Keeps a page's live part fresh without moving the reader: only parts marked data-live are replaced, and only when they changed.
const parts = document.querySelectorAll("[data-live]");
const pause = Number(document.body.dataset.every || 2) * 1000;
async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { "x-live": "1" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts) {
      const next = fresh.getElementById(part.id);
      if (next && next.innerHTML !== part.innerHTML) part.innerHTML = next.innerHTML;
    }
  } catch {
    // The sandbox is away for a moment; the next round asks again.
  }
  setTimeout(refresh, pause);
}
if (parts.length) setTimeout(refresh, pause);
