import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Network } from "../../../src/runtime/probes/network.ts";
import { environment } from "../../../src/runtime/system/program.ts";
import { eventually } from "../../lab/process.ts";

/** Programs in front of the machine's own: there are answers and a handshake for as long as a file is there. */
const folder = mkdtempSync(join(tmpdir(), "ksp-probes-"));
const answers = join(folder, "answers");
const { PATH } = environment;
const answer = "64 bytes from 10.64.0.1: icmp_seq=1 ttl=64 time=0.5 ms";
const programs = {
  ping: `#!/bin/sh\nwhile sleep 0.1; do [ ! -e ${answers} ] || echo "${answer}"; done\n`,
  wg: `#!/bin/sh\n[ ! -e ${answers} ] || echo "peer\t$(date +%s)"\n`,
  ip: `#!/bin/sh\ncase "$*" in *monitor*) PATH=${PATH} exec ip "$@" ;; esac\ncat ${folder}/links.json\n`,
};
for (const [name, text] of Object.entries(programs)) {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
}
beforeAll(() => {
  environment.PATH = `${folder}:${PATH}`;
});
afterAll(() => {
  environment.PATH = PATH;
  rmSync(folder, { recursive: true });
});

const linkIs = (ifindex: number): void =>
  writeFileSync(join(folder, "links.json"), JSON.stringify([{ ifindex, ifname: "wg0", flags: ["UP", "LOWER_UP"] }]));

test("of another interface with the same name nothing is proved: its probes are bad before it is told to be there", async () => {
  const told: string[] = [];
  const network = new Network(
    [
      {
        tunnel: "wg0",
        devices: [{ kind: "named", name: "wg0" }],
        servers: [],
        probes: [
          { name: "interface", kind: "interface" },
          { name: "heartbeat", kind: "heartbeat", target: "10.64.0.1", every: 10_000, lostAfter: 3 },
          { name: "handshake", kind: "handshake", within: 600_000 },
        ],
      },
    ],
    {
      tell: (_, probe, good) => told.push(`${probe} ${good ? "good" : "bad"}`),
      foreignRoutes: () => {},
      changed: () => {},
      note: () => {},
    },
  );
  try {
    linkIs(5);
    writeFileSync(answers, "");
    network.start();
    await eventually("both to be good", () => told.includes("heartbeat good") && told.includes("handshake good"));
    rmSync(answers);
    told.length = 0;
    network.lookAgain();
    await eventually("a look at the same interface", () => told.includes("interface good"));
    expect(told).not.toContain("heartbeat bad");

    told.length = 0;
    linkIs(6);
    network.lookAgain();
    await eventually("a look at another one", () => told.includes("interface good"));
    const before = told.slice(0, told.indexOf("interface good"));
    expect(before.findLast((each) => each.startsWith("heartbeat"))).toBe("heartbeat bad");
    expect(before).toContain("handshake bad");
    // It asks again and again, and says the same: that it was not asked, and that there is none.
    await pause(800);
    expect(told.filter((each) => each === "handshake bad")).toHaveLength(2);
  } finally {
    network.stop();
  }
});
