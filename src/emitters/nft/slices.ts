import { type Plan, switchableOf } from "../../ir/plan.ts";
import { controlGroup } from "../../net/control-group.ts";

/** Every user there can be: a packet without a socket has none. */
const lastUser = 4_294_967_294;

/**
 * Which control group sent a packet is known in the output hook alone, and only for groups that exist when the file loads. So
 * output marks the connection there, in the highest eight bits of its mark, and every chain asks for that mark.
 */
export class Slices {
  readonly #paths: readonly string[];

  constructor(paths: Iterable<string>) {
    this.#paths = [...new Set(paths)].sort();
  }

  /** Of all states: whatever table marks for them, the marks are the same. */
  static of(plan: Plan): Slices {
    const owners = switchableOf(plan)
      .flatMap(({ rules }) => rules)
      .flatMap(({ match }) => match.owner?.flat() ?? []);
    return new Slices(owners.flatMap((identity) => (identity.kind === "slice" ? [identity.path] : [])));
  }

  match(path: string): string {
    return `ct mark & 0xff000000 == ${this.#mark(path)}`;
  }

  /**
   * For the output hook, in front of everything that judges. Whoever sends last is who counts: another process on the same
   * ports must not inherit a mark. What no socket sends any more keeps the one of its connection.
   */
  marking(): readonly string[] {
    const marks = this.#paths.map((path) => {
      const group = controlGroup(path);
      const level = group.split("/").length;
      return `socket cgroupv2 level ${level} "${group}" ct mark set ct mark & 0x00ffffff | ${this.#mark(path)}`;
    });
    return marks.length > 0 ? [`meta skuid 0-${lastUser} ct mark set ct mark & 0x00ffffff`, ...marks] : [];
  }

  #mark(path: string): string {
    return `0x${(this.#paths.indexOf(path) + 1).toString(16).padStart(2, "0")}000000`;
  }
}
