// <techniek-nieuws>: the partners' news on any website. No dependencies, no cookies. MIT licence.
// Attributes, parts and CSS variables are explained at /embed of the site that this file came from.

const HERE = new URL("../../", import.meta.url).href;
const WAIT_MS = 10_000;
const LAYOUTS = ["list", "cards", "compact"];
const SHOWN = "kicker date teaser source theme more";
const WORDS = {
  nl: {
    locale: "nl-NL",
    found: "Gevonden op",
    other: "Ander nieuws",
    none: "Hierover is nog geen nieuws.",
    latest: "Laatste bericht:",
    more: "Meer nieuws bij",
  },
  en: {
    locale: "en-GB",
    found: "Found on",
    other: "Other news",
    none: "There is no news on this yet.",
    latest: "Latest story:",
    more: "More news at",
  },
};

const STYLE = `
:host { display: block; overflow-wrap: break-word; }
:host([hidden]) { display: none; }
ul { display: grid; gap: var(--techniek-nieuws-gap, 1.5em); margin: 0; padding: 0; list-style: none; }
li { min-width: 0; }
h2, h3, h4, h5, h6, p { margin: 0; font: inherit; }
a { color: var(--techniek-nieuws-link-color, inherit); text-decoration-thickness: 1px; text-underline-offset: .2em; }
a:hover { text-decoration-thickness: 2px; }
a:focus-visible { outline: 3px solid var(--techniek-nieuws-focus-color, currentColor); outline-offset: 2px; }
.title { font-size: 1.125em; font-weight: 700; line-height: 1.3; }
.title a:not(:hover, :focus-visible) { text-decoration-color: color-mix(in srgb, currentColor 45%, transparent); }
.teaser { margin-top: .25em; }
.dateline, .facts { display: flex; flex-wrap: wrap; gap: 0 1em; font-size: .875em; }
.facts { margin-top: .25em; }
.kicker, .note { font-weight: 700; }
.note, .more { margin-top: var(--techniek-nieuws-gap, 1.5em); }
.note:first-child { margin-top: 0; }
.note + ul { margin-top: 1em; }
.theme::before {
  content: ""; display: inline-block; width: .75em; height: .75em; margin-inline-end: .4em;
  background: var(--techniek-nieuws-theme-color, currentColor); clip-path: circle(50%);
}
.mark-2::before { clip-path: inset(6%); }
.mark-3::before { clip-path: polygon(50% 2%, 100% 96%, 0 96%); }
.mark-4::before { clip-path: polygon(50% 0, 100% 50%, 50% 100%, 0 50%); }
.cards ul { gap: var(--techniek-nieuws-gap, 1em); grid-template-columns: repeat(auto-fill, minmax(min(100%, 16em), 1fr)); }
.cards li, .compact li + li {
  border: 0 solid var(--techniek-nieuws-border-color, color-mix(in srgb, currentColor 30%, transparent));
}
.cards li { padding: 1em; border-width: 1px; border-radius: var(--techniek-nieuws-radius, 0); }
.compact ul { gap: 0; }
.compact li { padding-block: .5em; }
.compact li + li { border-top-width: 1px; }
.compact .title { font-size: 1em; }
@media (forced-colors: active) { .theme::before { background: CanvasText; forced-color-adjust: none; } }
`;

// A style sheet that is made by script needs no leave of the host's style-src.
let sheet;
const styleInto = (root) => {
  if (!("adoptedStyleSheets" in root)) return;
  if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
};

// Feeds are shared by all elements of a page; one that failed is asked for again next time.
const feeds = new Map();
const feedAt = (address) => {
  if (!feeds.has(address)) {
    const signal = AbortSignal.timeout?.(WAIT_MS);
    const asked = fetch(address, { credentials: "omit", referrerPolicy: "no-referrer", signal }).then((answer) => {
      if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
      return answer.json();
    });
    asked.catch(() => feeds.delete(address));
    feeds.set(address, asked);
  }
  return feeds.get(address);
};

const text = (value) => (typeof value === "string" ? value : "");
const items = (feed) => (Array.isArray(feed?.items) ? feed.items : []);
const slugs = (item) => Object.keys(item._themes ?? {});
const dateOf = (item) => text(item._story?.date_found) || text(item.date_published);
// What is dated in the future by mistake must not stay on top for a year.
const moment = (item) => Math.min(Date.parse(dateOf(item)) || 0, Date.now());
const newest = (list) => [...list].sort((a, b) => moment(b) - moment(a));

function webAddress(value) {
  try {
    const url = new URL(text(value));
    return /^https?:$/.test(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
}

function fits(item, { theme, source }) {
  const { origin, also } = item._sources ?? {};
  const partners = [origin, ...(Array.isArray(also) ? also : [])].map((partner) => partner?.id);
  return (!theme || slugs(item)[0] === theme) && (!source || partners.includes(source));
}

// The narrowest feed there is, and what else was asked for picked out of it.
function feedName({ label, source, theme }) {
  const [kind, slug] = label ? ["labels", label] : source ? ["sources", source] : ["themes", theme];
  return slug ? `${kind}/${encodeURIComponent(slug)}` : "all";
}

async function newsFor(wanted) {
  const { site, limit, fill } = wanted;
  const everything = () => feedAt(`${site}feeds/all.json`);
  const name = feedName(wanted);
  let feed;
  try {
    feed = await feedAt(`${site}feeds/${name}.json`);
  } catch (error) {
    if (name === "all") throw error;
    feed = await everything();
    const themes = Object.keys(feed._theme_labels ?? {}).join(", ");
    console.warn(`techniek-nieuws: there is no feed "${name}", so all news is shown. Themes: ${themes}.`);
    return { feed, own: newest(items(feed)).slice(0, limit), other: [] };
  }
  const own = newest(items(feed).filter((item) => fits(item, wanted))).slice(0, limit);
  if (own.length >= limit || name === "all" || !fill) return { feed, own, other: [] };
  const known = new Set(own.map((item) => item.id));
  const all = await everything().catch(() => null);
  const other = newest(items(all).filter((item) => !known.has(item.id))).slice(0, limit - own.length);
  return { feed, own, other };
}

// Strings become text, never HTML.
function make(tag, part, ...children) {
  const node = document.createElement(tag);
  if (part) {
    node.className = part;
    node.setAttribute("part", part.split(" ")[0]);
  }
  node.append(...children.filter(Boolean));
  return node;
}

function inLanguage(node, item) {
  if (/^[a-z]{2,3}(-[a-z0-9]+)*$/i.test(text(item.language)) && item.language !== "und") node.lang = item.language;
  return node;
}

function link(address, ...children) {
  const node = make("a", "link", ...children);
  node.href = address;
  return node;
}

function dated(value, precision, words) {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(value) ?? [];
  if (!year) return "";
  const days = precision === "month" ? {} : { day: "numeric" };
  const format = new Intl.DateTimeFormat(words.locale, { timeZone: "UTC", year: "numeric", month: "long", ...days });
  const node = make("time", "date", format.format(Date.UTC(year, month - 1, day)));
  node.dateTime = precision === "month" ? `${year}-${month}` : `${year}-${month}-${day}`;
  return node;
}

function story(item, labels, wanted, words) {
  const shows = (name) => wanted.show.includes(name);
  const found = text(item._story?.date_found);
  const kicker = shows("kicker") && text(item._story?.kicker);
  const date = shows("date") && dated(dateOf(item), text(item._story?.date_precision), words);
  const address = webAddress(item.url);
  const title = text(item.title) || address;
  const teaser = shows("teaser") && item.content_text !== item.title && text(item.content_text);
  const source = shows("source") && text(item.authors?.[0]?.name);
  const order = Object.keys(labels);
  const themes = slugs(item).filter((slug) => shows("theme") && text(labels[slug]?.[wanted.lang] ?? labels[slug]?.nl));
  const facts = [
    source && make("span", "source", source),
    ...themes.map((slug) =>
      make("span", `theme mark-${(order.indexOf(slug) % 4) + 1}`, labels[slug][wanted.lang] ?? labels[slug].nl),
    ),
  ].filter(Boolean);
  return make(
    "li",
    "item",
    (kicker || date) &&
      make(
        "p",
        "dateline",
        kicker && inLanguage(make("span", "kicker", kicker), item),
        date && make("span", "", found && `${words.found} `, date),
      ),
    inLanguage(make(`h${wanted.level}`, "title", address ? link(address, title) : title), item),
    teaser && inLanguage(make("p", "teaser", teaser), item),
    facts.length > 0 && make("p", "facts", ...facts),
  );
}

function page({ feed, own, other }, wanted) {
  const words = WORDS[wanted.lang];
  const labels = feed._theme_labels ?? {};
  const list = (found, name) => {
    const node = make("ul", "list", ...found.map((item) => story(item, labels, wanted, words)));
    node.setAttribute("role", "list"); // Safari drops it from lists without bullets
    if (name) node.setAttribute("aria-label", name);
    return node;
  };
  const note = (...said) => make("p", "note", ...said);
  const isShort = own.length > 0 && own.length < wanted.limit && other.length === 0;
  const more = webAddress(feed.home_page_url);
  const node = make(
    "div",
    `news ${wanted.layout}`,
    own.length === 0 && note(words.none),
    own.length > 0 && list(own),
    isShort && note(words.latest, " ", dated(dateOf(own[0]), text(own[0]._story?.date_precision), words)),
    other.length > 0 && note(words.other),
    other.length > 0 && list(other, words.other),
    more && wanted.show.includes("more") && make("p", "more", link(more, `${words.more} ${text(feed.title)}`)),
  );
  node.lang = wanted.lang;
  return node;
}

class TechniekNieuws extends HTMLElement {
  static observedAttributes = "theme label source limit lang layout show heading-level fill site".split(" ");
  #root = this.attachShadow({ mode: "open" });
  #turn = 0;

  constructor() {
    super();
    styleInto(this.#root);
    this.#root.append(document.createElement("slot")); // what the page says itself, until there is news
  }

  connectedCallback() {
    this.#load();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#load();
  }

  #wanted() {
    const said = (name) => (this.getAttribute(name) ?? "").trim();
    const number = (name, low, high, normal) => {
      const given = parseInt(said(name), 10);
      return given >= low && given <= high ? given : normal;
    };
    const site = webAddress(said("site"));
    return {
      site: site ? site.replace(/\/*$/, "/") : HERE,
      theme: said("theme"),
      label: said("label"),
      source: said("source"),
      limit: number("limit", 1, 20, 5),
      lang: /^en\b/i.test(this.closest("[lang]")?.lang ?? "") ? "en" : "nl",
      layout: LAYOUTS.includes(said("layout")) ? said("layout") : "list",
      show: (said("show") || SHOWN).split(/[\s,]+/),
      level: number("heading-level", 2, 6, 3),
      fill: said("fill") !== "none",
    };
  }

  async #load() {
    const turn = ++this.#turn;
    await null; // several attributes that change at once are one change
    if (turn !== this.#turn) return;
    const wanted = this.#wanted();
    let found = null;
    try {
      found = await newsFor(wanted);
    } catch (error) {
      console.info(`techniek-nieuws: no news could be fetched (${error.message}), so the page's own text is shown.`);
    }
    if (turn !== this.#turn) return;
    if (found && found.own.length + found.other.length > 0) this.#root.replaceChildren(page(found, wanted));
    else this.#sayWhereNewsIs(wanted);
  }

  // Only for a page that says nothing itself, and only while no news was shown before.
  #sayWhereNewsIs(wanted) {
    const slot = this.#root.querySelector("slot");
    slot?.replaceChildren(link(wanted.site, `${WORDS[wanted.lang].more} ${new URL(wanted.site).host}`));
  }
}

if (!customElements.get("techniek-nieuws")) customElements.define("techniek-nieuws", TechniekNieuws);
