import { type Browser, chromium } from "playwright-core";
import { findChromium } from "../../tools/chromium.ts";

/** Starts a real Chromium. With one process for all it would end when a page is closed. */
export async function openChromium(): Promise<Browser> {
  const { executablePath, args } = await findChromium();
  return chromium.launch({
    executablePath,
    args: args.filter((argument) => argument !== "--single-process"),
  });
}
