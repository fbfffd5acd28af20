// Reloads a page when its files change; served by `kb serve` alone, never part of the built site.
(() => {
  "use strict";
  const shown = Number(document.currentScript.dataset.version);
  const page = decodeURIComponent(location.pathname).replace(/^\//, "") || "index.html";
  const stem = page.replace(/html$/, "");
  const source = new EventSource("/-/events");
  let connecting = true;

  source.onmessage = (event) => {
    const { version, changed } = JSON.parse(event.data);
    const missed = connecting && version !== shown;
    connecting = false;
    if (missed || changed === null || changed.some((path) => path.startsWith(stem))) {
      source.close();
      location.reload();
    }
  };
  source.onerror = () => { connecting = true; };
})();
