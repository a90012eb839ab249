import { expect, test } from "vitest";
import { deadLinksOf } from "./dead-links.ts";

const found = (html: string): string[] =>
  deadLinksOf(
    new Map([
      ["/base/", html],
      ["/base/guide/start", '<h1 id="über-uns">Start</h1>'],
    ]),
  ).map(({ to }) => to);

test("a link to a page, or to a heading of it, is alive", () => {
  const html = `<p id="top"><a href="/base/guide/start">a</a> <a href="guide/start#%C3%BCber-uns">b</a>
    <a class="x" href="#top">c</a> <a href="/base/?a=1&amp;b=2">d</a></p>`;
  expect(found(html)).toEqual([]);
});

test("a link to no page, or to a heading that the page lacks, is dead", () => {
  const html = '<a href="/guide/start">a</a><a href="./guide/start#usage">b</a><a href="#bottom">c</a>';
  expect(found(html)).toEqual(["/guide/start", "./guide/start#usage", "#bottom"]);
});

test("links to other hosts, and what a page loads, are left alone", () => {
  const html = '<link rel="stylesheet" href="/base/style.css"><a href="https://example.org/x#y">a</a>';
  expect(found(html)).toEqual([]);
});
