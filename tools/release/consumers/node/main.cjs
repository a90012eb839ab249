const http = require("node:http");
const core = require("@intercom-events/core");
const node = require("@intercom-events/node");
const relay = require("@intercom-events/relay");
const relayNode = require("@intercom-events/relay/node");

import("./exercise.mjs")
  .then(({ exercise, settingsOf }) =>
    exercise({ core, node, relay, relayNode, http }, settingsOf(process.env)),
  )
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
