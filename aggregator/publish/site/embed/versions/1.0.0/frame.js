// Gives an <iframe> of /embed/news?height=auto the height of its news. One file for both ends: in the frame it
// tells the height, on the page around it it listens. Nothing but that number is ever sent. MIT licence.
(() => {
  const TELL = "techniek-nieuws:height";
  const ASK = "techniek-nieuws:ask";
  const MOST_PIXELS = 10_000;
  const page = document.documentElement;

  const tell = () => {
    parent.postMessage({ type: TELL, height: Math.ceil(page.getBoundingClientRect().height) }, "*");
  };
  const beFrame = () => {
    new ResizeObserver(tell).observe(page);
    addEventListener("message", (event) => event.data?.type === ASK && tell());
  };

  // Who sent it is known by the window, since a sandboxed frame has no origin.
  const frames = new URL("../news", document.currentScript.src).href;
  const ours = () => [...document.querySelectorAll("iframe")].filter((frame) => frame.src.startsWith(frames));
  const resize = (event) => {
    const height = Number(event.data?.height);
    if (event.data?.type !== TELL || !(height > 0)) return;
    const frame = ours().find((each) => each.contentWindow === event.source);
    if (frame) frame.style.height = `${Math.min(height, MOST_PIXELS)}px`;
  };
  const bePage = () => {
    addEventListener("message", resize);
    for (const frame of ours()) frame.contentWindow?.postMessage({ type: ASK }, "*");
  };

  if (page.hasAttribute("data-embed")) beFrame();
  else bePage();
})();
