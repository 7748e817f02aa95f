// What feedsmith makes of the feed on standard input: one JSON list of title, link, date and categories.
import { readFileSync } from "node:fs"
import { parseFeed } from "feedsmith"

const { format, feed } = parseFeed(readFileSync(0, "utf8"))
const ofRss = (item) => ({
  title: item.title,
  link: item.link,
  date: item.pubDate,
  categories: item.categories.map((each) => each.name),
})
const ofAtom = (entry) => ({
  title: entry.title.value,
  link: entry.links.find((each) => each.rel === "alternate").href,
  date: entry.published ?? entry.updated,
  categories: entry.categories.map((each) => each.label),
})
console.log(JSON.stringify(format === "rss" ? feed.items.map(ofRss) : feed.entries.map(ofAtom)))
