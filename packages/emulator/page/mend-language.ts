/**
 * Without a locale (LANG=C, as in many containers) Chromium's language is "en-US@posix", which Intl
 * refuses, and uPlot hands it to Intl when it is loaded. So this is imported before it.
 */
function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

if (!isLanguage(navigator.language)) {
  Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
}
