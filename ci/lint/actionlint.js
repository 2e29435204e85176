// SPDX-License-Identifier: Apache-2.0 OR MIT
// Checks workflow files with actionlint, built for WebAssembly: node ci/lint/actionlint.js FILE...
// A line for each mistake, file:line:column: what. Exit status 1 if there are any. The package's own program needs a newer Node.js.
"use strict";
const fs = require("fs");
const path = require("path");
const crypto = require("crypto");

const folder = path.join("build", "npm", "node_modules", "@tktco", "node-actionlint");
if (!fs.existsSync(folder)) {
  console.log("actionlint is missing: make setup");
  process.exit(1);
}

// What its run-time support expects to find, and an older Node.js does not have there.
if (!globalThis.crypto) globalThis.crypto = { getRandomValues: (bytes) => crypto.randomFillSync(bytes) };
if (!globalThis.performance) globalThis.performance = require("perf_hooks").performance;
globalThis.throwError = (message) => {
  throw new Error(message);
};
require(path.resolve(folder, "wasm_exec.js"));

async function main(files) {
  const go = new globalThis.Go();
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(path.join(folder, "main.wasm")), go.importObject);
  go.run(instance); // ends with this process: it waits for calls
  for (const file of files)
    for (const found of globalThis.runActionlint(fs.readFileSync(file, "utf8"), file)) {
      console.log(`${file}:${found.line}:${found.column}: ${found.message}`);
      process.exitCode = 1;
    }
}

main(process.argv.slice(2)).catch((problem) => {
  console.log(`actionlint: ${problem.message}`);
  process.exitCode = 1;
});
