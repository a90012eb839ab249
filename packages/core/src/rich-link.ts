import type { RichLink, WebUrl } from "./metadata.ts";

/**
 * A link with a text of its own. It checks nothing; {@link encodeMetadata} does.
 *
 * @param url where it leads, absolute and `http:` or `https:`
 * @param value the text that is shown
 * @example
 * richLink("https://example.org/orders/3434-3434", "3434-3434");
 */
export function richLink(url: string | WebUrl, value: string): RichLink {
  return { url, value };
}
