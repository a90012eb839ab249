import { type Browser, chromium } from "playwright-core";
import { findChromium } from "../../tools/chromium.ts";

/** Starts a real Chromium. */
export async function openChromium(): Promise<Browser> {
  const { executablePath, args } = await findChromium();
  return chromium.launch({ executablePath, args: [...args] });
}
