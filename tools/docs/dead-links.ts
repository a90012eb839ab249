/** A link that leads nowhere. */
export interface DeadLink {
  readonly from: string;
  readonly to: string;
}

const ANY_HOST = "http://site";

/** Finds the links between pages, given as HTML by address, that lead to no page of theirs, or to no `id` of it. */
export function deadLinksOf(pages: ReadonlyMap<string, string>): DeadLink[] {
  const ids = new Map([...pages].map(([address, html]) => [address, new Set(valuesOf("id", html))]));
  return [...pages].flatMap(([from, html]) =>
    [...new Set(valuesOf("href", html.replace(/<link .*?>/g, "")))]
      .filter((href) => {
        const { origin, pathname, hash } = new URL(href, ANY_HOST + from);
        if (origin !== ANY_HOST) return false;
        const known = ids.get(pathname);
        return known === undefined || (hash !== "" && !known.has(decodeURIComponent(hash.slice(1))));
      })
      .map((to) => ({ from, to })),
  );
}

function valuesOf(attribute: string, html: string): string[] {
  return [...html.matchAll(new RegExp(`\\s${attribute}="([^"]*)"`, "g"))].map(([, value = ""]) =>
    value.replaceAll("&amp;", "&"),
  );
}
