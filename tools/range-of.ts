/** The range that admits a version and what is compatible with it; nothing is published before 0.1.0. */
export function rangeOf(version: string): string {
  const [major = "0", minor = "0"] = version.split(".");
  return version === "0.0.0" ? "^0.1.0" : `^${major}.${major === "0" ? minor : "0"}.0`;
}
