export default {
  mode: "production",
  entry: "./page.js",
  output: { path: `${import.meta.dirname}/dist/webpack`, filename: "page.js" },
};
