// Tells one person's first steps with an unmodified Node SDK: node tell_a_story.mjs <segment|rudder> <url> <key> <person>
import { createRequire } from "node:module";

const [sdk, url, key, person] = process.argv.slice(2);
const require = createRequire(`${process.cwd()}/`); // the packages are installed where we are run, not beside this file

function open() {
  if (sdk === "segment") {
    const { Analytics } = require("@segment/analytics-node");
    const client = new Analytics({ writeKey: key, host: url, flushInterval: 50 });
    client.on("error", (error) => { console.error(error); process.exitCode = 1; });
    return [client, () => client.closeAndFlush()];
  }
  const Analytics = require("@rudderstack/rudder-sdk-node");
  const client = new (Analytics.default ?? Analytics)(key, {
    dataPlaneUrl: url, flushInterval: 50, errorHandler: (error) => { console.error(error); process.exitCode = 1; },
  });
  return [client, () => client.flush()];
}

const [client, close] = open();
client.identify({ userId: person, traits: { name: "Zoë Åkesson", role: "power_user" } });
client.group({ userId: person, groupId: `account of ${person}`, traits: { name: "Fjord Ferries", plan: "pro" } });
client.track({ userId: `old ${person}`, event: "Dashboard Published", properties: { charts: 3 } });
client.alias({ previousId: `old ${person}`, userId: person });
client.page({ userId: person, category: "Docs", name: "Sources", properties: { path: "/docs/sources" } });
client.track({ userId: person, event: "Data Source Connected", properties: { kind: "warehouse" } });
await close();
