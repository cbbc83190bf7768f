import { describe, expect, test } from "vitest";
import { iptables } from "../../../src/emitters/iptables/emit.ts";
import { leaked } from "../../lab/classify.ts";
import { withLab } from "../../lab/lab.ts";
import { mayBeSkipped } from "../../lab/requirements.ts";
import { killUnderFlood, type Trial } from "../../lab/trial.ts";
import { homeWireguard } from "../../lab/wireguard.ts";
import { sayable, type Variant, variants, withFiles } from "./bundle.ts";

const [home] = sayable.filter(({ name }) => name === "home-wireguard");
if (!home) throw new Error("no policy");
const files = iptables.emit(home.plan);

const tryIt = (variant: Variant, changed: ReadonlyMap<string, string> = files): Promise<Trial> =>
  withFiles(changed, variant, ({ whole, change }) =>
    withLab(async (lab) =>
      killUnderFlood(lab, await lab.wireguard(homeWireguard), async (what) => {
        await lab.client.run(what === "ruleset" ? whole(what) : change(what));
      }),
    ),
  );

describe.skipIf(mayBeSkipped())("a killed WireGuard", { timeout: 60_000 }, () => {
  test.each(variants)("%s: nothing leaves in clear, and the tunnel comes back through the rules", async (variant) => {
    const trial = await tryIt(variant);
    expect(trial.downPing, "an application in `down`").toBe(false);
    expect(trial.firstProbe, "the probe in `down`").toBeGreaterThan(0);
    expect(trial.upPing, "an application in `up`").toBe(true);
    expect(trial.offered.datagrams, "datagrams offered").toBeGreaterThan(1_000);
    expect(trial.counts.endpoint, "frames of the tunnel itself").toBeGreaterThan(100);
    expect(leaked(trial.counts), JSON.stringify(trial.counts)).toBe(0);
    expect(trial.back, "the probe after the restart").toBeGreaterThan(0);
    expect(trial.backPing, "an application in `up` again").toBe(true);
  });

  test("files that open every other interface leak, so the trial sees it", async () => {
    const open = new Map(
      [...files].map(([file, text]) => [
        file,
        text.replace(/^(-A ksp_out_other_links) .*-g ksp_closed_out$/gm, "$1 -j RETURN"),
      ]),
    );
    expect(leaked((await tryIt("iptables-nft", open)).counts)).toBeGreaterThan(1_000);
  });
});
