/** Random programs against everything from lexer to emitter, and random configurations against the importers. `node scripts/fuzz.ts N [SEED]` */
import { kinds, trial } from "../test/fuzz/trials.ts";

const [count, first] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 1)];
for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
  const start = performance.now();
  let answered = 0;
  let faults = 0;
  for (let seed = first; seed < first + count; seed++) {
    const result = trial(kind, seed);
    if (result.isAnswered) answered++;
    if (result.fault === undefined) continue;
    faults++;
    console.error(`${kind}, seed ${seed}: ${result.fault}\n${result.text}\n`);
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${kind}: ${count} programs from seed ${first}, ${answered} answered, ${faults} faults, ${seconds} s`);
  if (faults > 0) process.exitCode = 1;
}
