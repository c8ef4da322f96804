// In a form that another site frames: tells the page around it how tall the form is, and nothing else. Which sites may frame it
// the browser has decided by the policy of the page.
addEventListener("message", function hello(event) {
  if (event.source !== window.parent || event.data?.ngheDan !== "hello") return;
  removeEventListener("message", hello);
  const tell = () => {
    const { height } = document.body.getBoundingClientRect();
    window.parent.postMessage({ ngheDanHeight: height }, event.origin);
  };
  new ResizeObserver(tell).observe(document.body);
});

// Only forms may be framed: everything else opens on its own.
for (const link of document.links) {
  if (!/^(\/[a-z-]+)?\/s\//.test(link.pathname)) link.target = "_blank";
}
