/** The Node versions the tests run on, besides the one the tools use. One exact version a line, so that runs can be repeated. */
export const NODE_VERSIONS: Readonly<Record<string, string>> = {
  20: "20.20.2",
  22: "22.23.3",
  26: "26.10.0",
};
