module.exports = {
  mode: "production",
  target: "node20",
  entry: "./main.mjs",
  // What is asynchronous stays in this one file.
  module: { parser: { javascript: { dynamicImportMode: "eager" } } },
  output: { path: __dirname, filename: "webpack.bundle.cjs", library: { type: "commonjs2" } },
};
