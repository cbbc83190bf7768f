import { controlGroup } from "../../net/control-group.ts";

/** The marks that eight bits have beside none. */
export const mostSlices = 255;

/**
 * Which control group sent a packet is known in the output hook alone, and only for groups that exist when the file loads. So
 * output marks the connection there, in the highest eight bits of its mark, and every chain asks for that mark. Each packet is
 * marked anew: the same ports may be another program's by now.
 */
export class Slices {
  readonly #paths: readonly string[];

  constructor(paths: Iterable<string>) {
    this.#paths = [...new Set(paths)].sort();
  }

  match(path: string): string {
    return `ct mark & 0xff000000 == ${this.#mark(path)}`;
  }

  /** For the output hook, in front of everything that judges. */
  marking(): readonly string[] {
    const marks = this.#paths.map((path) => {
      const group = controlGroup(path);
      const level = group.split("/").length;
      return `socket cgroupv2 level ${level} "${group}" ct mark set ct mark & 0x00ffffff | ${this.#mark(path)}`;
    });
    return marks.length > 0 ? ["ct mark set ct mark & 0x00ffffff", ...marks] : [];
  }

  #mark(path: string): string {
    return `0x${(this.#paths.indexOf(path) + 1).toString(16).padStart(2, "0")}000000`;
  }
}
