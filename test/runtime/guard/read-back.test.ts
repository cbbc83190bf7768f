import { describe, expect, test } from "vitest";
import { good } from "../../commands/ksp.ts";
import { withLab } from "../../lab/lab.ts";
import { eventually } from "../../lab/process.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { compiled, type Guard, startGuard } from "./guard.ts";
import { isNft } from "./rules.ts";

/** Loads one rule more than it is given. */
const lying = `#!/bin/sh
case "$*" in
*ruleset.nft)
  sed 's/chain out_down {/&\\n\\t\\tip daddr 203.0.113.1 counter accept/' "$2" >/run/more.nft
  exec /usr/sbin/nft -f /run/more.nft ;;
esac
exec /usr/sbin/nft "$@"
`;

const said = ({ log }: Guard, text: string): boolean => log().some((entry) => JSON.stringify(entry).includes(text));

describe.skipIf(mayBeSkipped() || !isNft)("what the kernel lists after a load", { timeout: 60_000 }, () => {
  test("is read: where it means something else than the files, the lockdown is in force", async () => {
    const folder = await compiled(good);
    await withLab(async (lab) => {
      await lab.client.run(["sh", "-c", "mkdir /run/bin; cat >/run/bin/nft; chmod +x /run/bin/nft"], { input: lying });
      const wrong = await startGuard(lab, folder, { path: "/run/bin" });
      await eventually("the lockdown", () => said(wrong, "the lockdown is in force instead"));
      expect(wrong.log().find(({ event }) => event === "tampered")).toMatchObject({
        last: expect.stringMatching(/203\.0\.113\.1\b.*the kernel lets it pass, the files do not/),
      });
      const rules = await lab.client.run(["nft", "list table inet ksp"]);
      expect(rules).toContain("chain out_lockdown");
      expect(rules).not.toContain("203.0.113.1");
      await wrong.process.kill("SIGKILL");

      const right = await startGuard(lab, folder);
      await eventually("it to be read", () => said(right, "the kernel holds what the files say, for every packet"));
      expect(said(right, "tampered")).toBe(false);
    });
  });
});
