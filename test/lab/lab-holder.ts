// Opens a laboratory with everything running and holds it until it is killed: for the test that nothing is left then.
import { openLab } from "./lab.ts";
import { homeWireguard } from "./wireguard.ts";

const lab = await openLab();
const vpn = await lab.wireguard(homeWireguard);
await vpn.start();
await lab.capture(vpn);
await lab.flood(vpn);
console.log(`holding ${lab.keeper}`);
await lab.client.run(["sleep", "60"], { milliseconds: 60_000 });
