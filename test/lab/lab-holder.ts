// Opens a laboratory with everything running and holds it until it is killed: for the test that nothing is left then.
import { openLab } from "./lab.ts";
import { homeWireguard } from "./wireguard.ts";

const lab = await openLab();
const vpn = await lab.wireguard(homeWireguard);
await vpn.start();
await lab.capture(vpn);
await lab.flood(vpn);
await (await lab.client.spawn(["sleep", "60"])).signal("SIGSTOP");
console.log(`holding ${lab.keeper}`);
await lab.client.run(["sleep", "60"], { milliseconds: 60_000 });
