/**
 * Whole machines in an emulator: all scenarios of test/vm, as root. `node scripts/machines.ts [NAME…]` prints what left in
 * clear, for docs/machines.md, tells each step on the error output, and fails where anything did with rules in force.
 */
import { faultsOf, openWorkshop, type Scenario, type Stretch } from "../test/vm/scenario.ts";
import { boots } from "../test/vm/scenarios/boots.ts";
import { hops } from "../test/vm/scenarios/hops.ts";
import { installed, installedWithIptables, life } from "../test/vm/scenarios/life.ts";
import { sleep } from "../test/vm/scenarios/sleep.ts";
import { withoutIpv6 } from "../test/vm/scenarios/without-ipv6.ts";

const scenarios: Readonly<Record<string, readonly Scenario[]>> = {
  boots,
  installed: [installed],
  iptables: [installedWithIptables],
  life: [life],
  sleep: [sleep],
  hops: [hops],
  "no-ipv6": [withoutIpv6],
};
const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(scenarios, name));
if (unknown.length > 0) {
  console.error(`no scenario is named ${unknown.join(", ")}: there are ${Object.keys(scenarios).join(", ")}`);
  process.exit(2);
}
const chosen = Object.entries(scenarios).flatMap(([name, those]) =>
  names.length === 0 || names.includes(name) ? those : [],
);

const row = ({ name, isGuarded, leaked, counts }: Stretch): string =>
  `| ${name} | ${isGuarded ? "ksp" : "none"} | ${leaked} | ${counts.endpoint} | ${counts.dhcp} |`;

const workshop = await openWorkshop((step, milliseconds) =>
  console.error(`${(milliseconds / 1000).toFixed(1).padStart(6)} s  ${step}`),
);
let faults = 0;
try {
  for (const scenario of chosen) {
    const start = performance.now();
    const stretches = await workshop.run(scenario);
    console.log(`\n${scenario.name}, ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    console.log("| | rules | left in clear | to the server | DHCP |\n| --- | --- | --- | --- | --- |");
    for (const stretch of stretches) console.log(row(stretch));
    for (const fault of faultsOf(stretches)) console.error(fault);
    faults += faultsOf(stretches).length;
  }
} finally {
  await workshop.close();
}
process.exitCode = faults === 0 ? 0 : 1;
