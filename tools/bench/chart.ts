import { grouped, median } from "./summarize.ts";

/** One measured thing. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The smallest and largest of the rounds. */
  readonly range?: readonly [least: number, most: number];
  /** Digits behind the point. @default 0 */
  readonly digits?: number;
  /** Whether it is drawn as one of ours. @default if the label begins with one of our packages */
  readonly isOurs?: boolean;
}

/** The bar of what rounds have found: their median, and how far they lie apart. */
export function barOf(
  label: string,
  found: readonly number[],
  more: Pick<Bar, "digits" | "isOurs"> = {},
): Bar {
  return { label, value: median(found), range: [Math.min(...found), Math.max(...found)], ...more };
}

/** A chart of horizontal bars that begin at zero. */
export interface Chart {
  readonly title: string;
  /** What the lengths are, with the unit. */
  readonly axis: string;
  /** Where the axis ends at most: a longer bar is cut there, and shows so. @default the greatest value */
  readonly most?: number;
  /** Bars that belong together, such as those of one number in flight. */
  readonly groups: readonly { readonly name?: string; readonly bars: readonly Bar[] }[];
}

const BARS = 400;
const RIGHT = 84;
const ROW = 22;
const GROUP_HEAD = 26;
const TOP = 44;
const BOTTOM = 46;

/** Room for the longest label: letters are some 7 wide, and whoever draws the picture may have another font. */
const roomFor = (groups: Chart["groups"]): number =>
  24 + 7 * Math.max(10, ...groups.flatMap(({ bars }) => bars.map(({ label }) => label.length)));

/** Colours are told apart by lightness too, and text has a contrast of 4.5 or more on both grounds. */
const STYLE = `
  svg { color-scheme: light dark; }
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 15px; font-weight: 600; }
  .group { font-weight: 600; }
  .axis { fill: #57606a; }
  .ground { fill: #ffffff; }
  .ours { fill: #0969da; }
  .other { fill: #a8b1bb; }
  .grid { stroke: #d8dee4; }
  .range { stroke: #24292f; }
  .cut { stroke: #ffffff; stroke-width: 3px; }
  .value { paint-order: stroke; stroke: #ffffff; stroke-width: 3px; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .axis { fill: #9198a1; }
    .ground { fill: #0d1117; }
    .ours { fill: #4493f8; }
    .other { fill: #57606a; }
    .grid { stroke: #30363d; }
    .range { stroke: #e6edf3; }
    .cut { stroke: #0d1117; }
    .value { stroke: #0d1117; }
  }
`;

/** Values for the marks of an axis: round steps from zero to the first one that is not less than the greatest. */
export function ticksUpTo(greatest: number): readonly number[] {
  if (!(greatest > 0) || !Number.isFinite(greatest)) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(greatest / 4));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => greatest / size <= 5) ?? power;
  const count = Math.ceil(Number((greatest / step).toPrecision(12)));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/**
 * Draws a chart as SVG, readable on light and dark ground, with text as text.
 *
 * It is drawn here because the libraries that render SVG without a page bring a shim of the DOM or some
 * megabytes of grammar, for what are rectangles and labels.
 */
export function renderChart({ title, axis, groups, most = Number.POSITIVE_INFINITY }: Chart): string {
  const values = groups.flatMap(({ bars }) => bars.flatMap(({ value, range }) => [value, range?.[1] ?? 0]));
  const ticks = ticksUpTo(Math.min(most, Math.max(0, ...values.filter(Number.isFinite))));
  const end = ticks.at(-1) ?? 1;
  const left = roomFor(groups);
  const width = left + BARS + RIGHT;
  const xOf = (value: number): number => left + (BARS * Math.min(value, end)) / end;
  const parts: string[] = [];
  let y = TOP;
  for (const { name, bars } of groups) {
    if (name !== undefined) {
      parts.push(text(name, { x: 16, y: y + 17, class: "group" }));
      y += GROUP_HEAD;
    }
    for (const bar of bars) {
      parts.push(renderBar(bar, y, xOf, end));
      y += ROW;
    }
  }
  const digits = ticks.some((tick) => !Number.isInteger(tick)) ? 2 : 0;
  const marks = ticks.map((tick) => {
    const x = round(xOf(tick));
    const line = `<line class="grid" x1="${x}" x2="${x}" y1="${TOP}" y2="${y + 4}"/>`;
    return line + text(grouped(tick, digits), { x, y: y + 19, class: "axis", "text-anchor": "middle" });
  });
  const name = text(axis, {
    x: left + BARS / 2,
    y: y + 37,
    class: "axis",
    "text-anchor": "middle",
  });
  const height = y + BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="100%" height="100%" rx="6"/>`,
    text(title, { x: 16, y: 26, class: "title" }),
    ...marks,
    ...parts,
    name,
    "</svg>\n",
  ].join("\n");
}

function renderBar(
  { label, value, range, digits = 0, isOurs = label.startsWith("@intercom-events") }: Bar,
  y: number,
  xOf: (value: number) => number,
  axisEnd: number,
): string {
  const middle = y + ROW / 2;
  const start = xOf(0);
  const known = Number.isFinite(value);
  const end = known ? xOf(value) : start;
  const [least, most] = known && range ? range.map(xOf) : [];
  return [
    text(label, { x: start - 8, y: middle + 4, "text-anchor": "end" }),
    `<rect class="${isOurs ? "ours" : "other"}" x="${start}" y="${y + 4}" width="${round(end - start)}" height="${ROW - 8}"/>`,
    value > axisEnd
      ? `<path class="cut" d="M${round(end - 16)} ${middle + 9}l8 -18"/>`
      : least !== undefined && most !== undefined
        ? `<line class="range" x1="${round(least)}" x2="${round(most)}" y1="${middle}" y2="${middle}"/>`
        : "",
    text(known ? grouped(value, digits) : "–", {
      x: round(Math.max(end, most ?? end)) + 6,
      y: middle + 4,
      class: "value",
    }),
  ].join("");
}

function text(content: string, attributes: Readonly<Record<string, string | number>>): string {
  const given = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
  return `<text${given.join("")}>${escapeXml(content)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

function escapeXml(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
