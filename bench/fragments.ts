/** How long a check takes with imports and list files, stage by stage. `node bench/fragments.ts [ROUNDS]` */
import { check, type Load } from "../src/index.ts";

const statements = 5_000;
const fragments = 20;
const lines = 100_000;

const home = (...more: readonly string[]): string => `ksp 1
policy fleet
link uplink {
  interface "eth0"
  role outside
}
tunnel wg0 {
  protocol wireguard
  interface "wg0"
  server 198.51.100.7 udp 51820
  carrier mark 0x6b73/0xffff
  address 10.64.0.2/32
  carries everything
}
dns 10.64.0.1 through wg0
ipv6 block
watch wg0 {
  interface
  heartbeat 10.64.0.1 every 1s lost after 3
}
${more.join("\n")}
`;

/** A fragment with its share of the statements, each of which uses its parameter. */
function fragment(n: number): string {
  const denies = Array.from({ length: statements / fragments }, (_, i) => `deny out to $net tcp ${i + 1}`);
  return `ksp 1\nfragment part-${n}\nparam net network\n${denies.join("\n")}\n`;
}

const imports = Array.from(
  { length: fragments },
  (_, i) => `import "part-${i}.ksp" {\n  net = 203.0.113.${i * 8}/29\n}`,
);
const list = Array.from(
  { length: lines },
  (_, i) => `${20 + (i >>> 15)}.${(i >>> 7) & 255}.${(i & 127) * 2}.0/24`,
).join("\n");

const projects: Readonly<Record<string, string>> = {
  [`${statements} statements in ${fragments} fragments`]: home(...imports),
  [`a list of ${lines} lines`]: home('list feed from "feed.txt" no wider than /24', "deny out to @feed"),
};
const load: Load = (path) => ({
  file: path,
  text: path === "feed.txt" ? list : fragment(Number(/\d+/.exec(path)?.[0] ?? 0)),
});

const rounds = Number(process.argv[2] ?? 5);
for (const [name, text] of Object.entries(projects)) {
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    const measure = (stage: string, time: number) => times.set(stage, [...(times.get(stage) ?? []), time]);
    const { policy, diagnostics } = check({ file: "home.ksp", text }, { load, measure });
    if (!policy) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("; "));
  }
  console.log(name);
  for (const [stage, all] of times) {
    const [median = Number.NaN] = all.toSorted((a, b) => a - b).slice(all.length >> 1);
    console.log(`  ${stage.padEnd(8)}${median.toFixed(1).padStart(8)} ms, first ${(all[0] ?? 0).toFixed(1)} ms`);
  }
}
