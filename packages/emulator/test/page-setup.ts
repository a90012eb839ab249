import { buildPage } from "../build-page.ts";

/** Builds the page, so that tests never meet a stale one. */
export default async function setup(): Promise<void> {
  await buildPage();
}
