import fc from "fast-check";
import { packetsOf } from "../../emitters/packets.ts";
import { allPolicies } from "../../emitters/policies.ts";
import { judge, say, wrong } from "./judge.ts";

const names = process.argv.slice(3);
for (const policy of allPolicies.filter((p) => names.length === 0 || names.includes(p.name))) {
  const t = performance.now();
  const packets = fc.sample(packetsOf(policy.plan), { seed: 1, numRuns: Number(process.argv[2]) });
  try {
    const judged = await judge(policy, packets);
    const w = wrong(judged);
    const p = judged.verdicts.filter((v) => v.planned === "passes").length;
    console.log(
      policy.name,
      judged.verdicts.length,
      "unseen",
      judged.unseen,
      "pass",
      p,
      "wrong",
      w.length,
      Math.round(performance.now() - t),
      "ms",
    );
    for (const v of w.slice(0, 6)) console.log("   ", say(v));
  } catch (e) {
    console.log(policy.name, String(e).slice(0, 600));
  }
}
