// Puts the form of a point into a page of another site, in place of a link to it:
//
//   <div data-nghe-dan="frame"><a href="https://SERVER/s/CODE">…</a></div>
//   <script src="https://SERVER/embed.js" async></script>
//
// With "button" the form opens when the link is pressed. Without scripting, or where the server does not know this site, the
// link stays what it is. Nothing is stored and nothing about this page is sent.
(() => {
  const origin = new URL(document.currentScript.src).origin;
  /** How long a frame may keep silent before the link comes back, in milliseconds. */
  const PATIENCE = 5_000;

  /** The form in the language of this page. */
  function address(link) {
    const url = new URL(link.href);
    const english = document.documentElement.lang.toLowerCase().startsWith("en");
    if (english && url.pathname.startsWith("/s/")) url.pathname = `/en${url.pathname}`;
    return url.href;
  }

  function show(link, opened) {
    const frame = document.createElement("iframe");
    let heard = false;
    let loads = 0;
    frame.title = link.textContent.trim();
    Object.assign(frame.style, { border: "0", display: "block", height: "32rem", width: "100%" });
    addEventListener("message", (event) => {
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      const height = event.data?.ngheDanHeight;
      if (!Number.isFinite(height) || height < 1 || height > 100_000) return;
      heard = true;
      frame.style.height = `${Math.ceil(height)}px`;
    });
    frame.addEventListener("load", () => {
      // A page that refused to be framed has another origin and hears nothing.
      frame.contentWindow.postMessage({ ngheDan: "hello" }, origin);
      loads += 1;
      // Each step is a page of its own and begins at its top.
      if (loads > 1 && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
      if (loads === 1) {
        setTimeout(() => {
          if (!heard) frame.replaceWith(link);
        }, PATIENCE);
      }
    });
    frame.src = address(link);
    link.replaceWith(frame);
    if (opened) frame.focus();
  }

  for (const place of document.querySelectorAll("[data-nghe-dan]")) {
    const link = place.querySelector("a[href]");
    if (!link || new URL(link.href).origin !== origin) continue;
    if (place.dataset.ngheDan === "frame") show(link, false);
    if (place.dataset.ngheDan === "button") {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        show(link, true);
      });
    }
  }
})();
