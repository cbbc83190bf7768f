/**
 * Random policies and packets: what the plan says is what a kernel does. `node scripts/differential.ts N [SEED]
 * [nft|iptables-nft|iptables-legacy]` asks for N verdicts, as root, and prints each fault, made small, as a file for test/kernel/differential/kept.
 */
import { firewalls } from "../test/kernel/differential/firewalls.ts";
import { type Run, run } from "../test/kernel/differential/run.ts";

const [verdicts, seed] = [Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 1)];
const say = ({ policies, passed, refused, faults }: Run): string =>
  `${policies} policies from seed ${seed}: ${passed + refused} verdicts, ${passed} passed, ${refused} refused; ${faults.length} faults`;

const firewall = firewalls.find((name) => name === process.argv[4]) ?? "nft";
const start = performance.now();
let shown = 0;
const told = (so: Run): void => {
  for (const fault of so.faults.slice(shown)) console.error(fault);
  shown = so.faults.length;
  if (so.policies % 20 === 0) console.log(say(so));
};
const total = await run(verdicts, seed, { firewall, told });
console.log(`${firewall}: ${say(total)}; ${((performance.now() - start) / 1000).toFixed(0)} s`);
process.exitCode = total.faults.length === 0 ? 0 : 1;
