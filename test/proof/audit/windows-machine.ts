import { describe as describePacket } from "../../../src/ir/packet.ts";
import type { AuditFinding, Judged } from "../../../src/proof/audit/finding.ts";
import { auditWfp } from "../../../src/proof/audit/wfp.ts";
import type { Rig } from "../../lab/wfp/rig.ts";
import type { Neighbour } from "../../wfp/neighbours.ts";
import { listedOf, stateOf } from "../../wfp/netsh.ts";
import { type OnWindows, policyNamed } from "../../wfp/policies.ts";

export const ours = "{cb938bd2-820b-5823-89b6-948c477790a9}";

/** A machine that a policy is on: what is in force there, and what an audit says of it. */
export class WindowsMachine {
  readonly #rig: Rig;
  readonly #policy: OnWindows;

  /** `policy`: one, or the name of an example. */
  constructor(rig: Rig, policy: OnWindows | string) {
    this.#rig = rig;
    this.#policy = typeof policy === "string" ? policyNamed(policy) : policy;
  }

  /** What Windows lists of a state that was put in force: the calls of the applier, told as netsh tells them. */
  listed(state: string, { absent, withBoot = false }: { absent?: string; withBoot?: boolean } = {}): readonly string[] {
    const text = this.#policy.files.get(`wfp/${state}.json`);
    if (text === undefined) throw new Error(`no state ${state}`);
    return listedOf(this.#rig.native([["apply", text]], absent === undefined ? {} : { absent }), { withBoot });
  }

  audited(text: string): readonly string[] {
    return this.#judged(text).findings.map(said);
  }

  inForce(text: string): string | undefined {
    return this.#judged(text).inForce;
  }

  #judged(text: string): Judged {
    return auditWfp(this.#policy.plan, new Map([["state.xml", text]]), this.#policy.files);
  }
}

export const stateWith = (own: readonly string[], ...neighbours: readonly Neighbour[]): string =>
  stateOf(
    [...own, ...neighbours.flatMap(({ filters }) => filters)],
    Object.assign({ [ours]: 0xfffe }, ...neighbours.map(({ sublayers }) => sublayers)),
  );

function said(finding: AuditFinding): string {
  const words = "does" in finding ? finding.does : finding.reason;
  const packet = finding.shown ? ` (${describePacket(finding.shown.packet)})` : "";
  const place = finding.place?.text.replace(/ \([0-9]+\)/, "");
  return `${finding.kind}: ${words}${place === undefined ? "" : ` by ${place}`}${packet} [${finding.states}]`;
}

/** As the recorder makes them up. */
export const luidOf = (alias: string): bigint =>
  BigInt.asUintN(
    64,
    [...alias].reduce((luid, char) => luid * 33n + BigInt(char.charCodeAt(0)), 5381n),
  );
