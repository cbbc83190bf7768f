import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lostChannels } from "../../../src/runtime/doctor/channels.ts";
import type { Watched } from "../../../src/runtime/probes/watch.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";

const watched = (socket: string): readonly Watched[] => [
  {
    tunnel: "vpn",
    devices: [],
    servers: [],
    probes: [
      { name: "interface", kind: "interface" },
      { name: "management", kind: "management", socket },
    ],
  },
];

test.skipIf(mayBeSkipped())(
  "a channel that is not where the policy says is told, one that is there is not",
  async () => {
    const folder = mkdtempSync("/run/ksp-channels-");
    onTestFinished(() => rmSync(folder, { recursive: true }));
    chmodSync(folder, 0o755);
    const socket = join(folder, "home.sock");
    expect(await lostChannels(watched(socket))).toEqual([
      {
        tunnel: "vpn",
        fault: `there is no ${socket}: OpenVPN does not run, or not with \`management ${socket} unix\``,
      },
    ]);
    writeFileSync(socket, "");
    expect(await lostChannels(watched(socket))).toEqual([]);
    chmodSync(folder, 0o777);
    expect(await lostChannels(watched(socket))).toEqual([
      { tunnel: "vpn", fault: `others may write to ${folder}, and answer in OpenVPN's place` },
    ]);
  },
);
